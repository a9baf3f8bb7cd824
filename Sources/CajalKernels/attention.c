// SPDX-License-Identifier: Apache-2.0
// Attention of one block of queries of one group of heads of one sequence, whole or in three steps.
//
// The whole calls the functions of the steps on the same numbers in the same order, so the bits are
// equal. Every score is one chain over the head width; every output one chain over the visible key
// positions, the first visible one first, so neither depends on how many queries stand beside it.
// Packed layouts: keys [keys / 32][width][32], values [value_width / 32][keys][32].
#ifndef CAJAL_PASS
#define CAJAL_FILE "attention.c"
#include "each_variant.h"

bool cajal_attention_fused(const cajal_attention *task) { CAJAL_DISPATCH(attention_fused, task); }
bool cajal_attention_scores(const cajal_attention *task) { CAJAL_DISPATCH(attention_scores, task); }
void cajal_attention_pattern(const cajal_attention *task) {
  CAJAL_DISPATCH(attention_pattern, task);
}
bool cajal_attention_mix(const cajal_attention *task) { CAJAL_DISPATCH(attention_mix, task); }
#else
#include "row_softmax.h"
#include "tile.h"

/// Rows of one register tile: row r is query (first + r) / heads, head (first + r) % heads.
typedef struct {
  ptrdiff_t rows;
  ptrdiff_t query[CAJAL_TILE_ROWS], head[CAJAL_TILE_ROWS];
  ptrdiff_t low[CAJAL_TILE_ROWS], high[CAJAL_TILE_ROWS];  // visible positions
  ptrdiff_t lowest, highest;                              // of all rows
  ptrdiff_t common_low, common_high;                      // visible from every row
} V(tile_rows);

static V(tile_rows) V(choose_rows)(const cajal_attention *task, ptrdiff_t first, ptrdiff_t last) {
  V(tile_rows) tile = {0};
  tile.rows = last - first < CAJAL_TILE_ROWS ? last - first : CAJAL_TILE_ROWS;
  for (ptrdiff_t r = 0; r < tile.rows; r++) {
    ptrdiff_t query = (first + r) / task->heads;
    ptrdiff_t position = query + task->position;
    ptrdiff_t low = task->window > 0 ? position - task->window + 1 : 0;
    ptrdiff_t high = task->causal ? position + 1 : task->keys;
    tile.query[r] = query;
    tile.head[r] = (first + r) % task->heads;
    tile.low[r] = low = low < 0 ? 0 : low > task->keys ? task->keys : low;
    tile.high[r] = high = high < low ? low : high > task->keys ? task->keys : high;
    tile.lowest = r == 0 || low < tile.lowest ? low : tile.lowest;
    tile.highest = r == 0 || high > tile.highest ? high : tile.highest;
    tile.common_low = r == 0 || low > tile.common_low ? low : tile.common_low;
    tile.common_high = r == 0 || high < tile.common_high ? high : tile.common_high;
  }
  if (tile.common_high < tile.common_low) tile.common_high = tile.common_low;
  return tile;
}

/// Memory of one tile: queries [rows, width], scores [rows, columns], output [rows, out_columns].
typedef struct {
  float *queries, *scores, *out;
  ptrdiff_t columns, out_columns;
} V(scratch);

static bool V(make_scratch)(const cajal_attention *task, V(scratch) *scratch) {
  scratch->columns = (task->keys + CAJAL_PANEL - 1) / CAJAL_PANEL * CAJAL_PANEL;
  scratch->out_columns = (task->value_width + CAJAL_PANEL - 1) / CAJAL_PANEL * CAJAL_PANEL;
  size_t queries = (size_t)CAJAL_TILE_ROWS * (size_t)task->width;
  size_t scores = (size_t)CAJAL_TILE_ROWS * (size_t)scratch->columns;
  size_t out = (size_t)CAJAL_TILE_ROWS * (size_t)scratch->out_columns;
  scratch->queries = malloc((queries + scores + out) * sizeof(float) + 1);
  if (!scratch->queries) return false;
  scratch->scores = scratch->queries + queries;
  scratch->out = scratch->scores + scores;
  return true;
}

/// Scaled and capped scores of the tile's visible positions, into scratch.
static void V(score_tile)(
  const cajal_attention *task, const V(tile_rows) *tile, const V(scratch) *scratch) {
  if (tile->highest <= tile->lowest) return;
  for (ptrdiff_t r = 0; r < tile->rows; r++)
    memcpy(
      scratch->queries + r * task->width,
      task->query + tile->query[r] * task->query_stride + tile->head[r] * task->width,
      (size_t)task->width * sizeof(float));
  ptrdiff_t panel = tile->lowest / CAJAL_PANEL;
  ptrdiff_t panels = (tile->highest + CAJAL_PANEL - 1) / CAJAL_PANEL - panel;
  V(tile_task) product = {
    .x = scratch->queries, .x_stride = task->width,
    .panels = (const char *)(task->key_panels + panel * task->width * CAJAL_PANEL),
    .panel_stride = task->width * CAJAL_PANEL * 4, .inner = task->width,
    .out = scratch->scores + panel * CAJAL_PANEL, .out_stride = scratch->columns, .first = true,
  };
  V(tile_float32)(&product, panels, tile->rows);
  for (ptrdiff_t r = 0; r < tile->rows; r++) {
    float *row = scratch->scores + r * scratch->columns;
    // Whole sixteens reach over the row's ends, which nobody reads.
    ptrdiff_t end = tile->high[r];
    for (ptrdiff_t i = tile->low[r] & ~(ptrdiff_t)15; i < end; i += 16) {
      f32x16 s = V(load)(row + i) * task->scale;
      if (task->cap > 0) s = task->cap * V(tanh)(s / task->cap);
      V(store)(row + i, s);
    }
  }
}

/// One multiply-add chain an output over positions low ..< high, continued from scratch->out.
static void V(mix_range)(
  const cajal_attention *task, const V(scratch) *scratch, ptrdiff_t row, ptrdiff_t rows,
  ptrdiff_t low, ptrdiff_t high, bool first) {
  if (high <= low && !first) return;
  V(tile_task) product = {
    .x = scratch->scores + row * scratch->columns + low, .x_stride = scratch->columns,
    .panels = (const char *)(task->value_panels + low * CAJAL_PANEL),
    .panel_stride = task->keys * CAJAL_PANEL * 4, .inner = high > low ? high - low : 0,
    .out = scratch->out + row * scratch->out_columns, .out_stride = scratch->out_columns,
    .first = first,
  };
  V(tile_float32)(&product, scratch->out_columns / CAJAL_PANEL, rows);
}

/// Pattern in scratch times values, into the task's output.
static void V(mix_tile)(
  const cajal_attention *task, const V(tile_rows) *tile, const V(scratch) *scratch) {
  // Positions that only some rows see are added row by row, before and after the common ones.
  bool ragged = tile->lowest < tile->common_low;
  if (ragged)
    for (ptrdiff_t r = 0; r < tile->rows; r++) {
      ptrdiff_t end = tile->high[r] < tile->common_low ? tile->high[r] : tile->common_low;
      V(mix_range)(task, scratch, r, 1, tile->low[r], end, true);
    }
  V(mix_range)(task, scratch, 0, tile->rows, tile->common_low, tile->common_high, !ragged);
  for (ptrdiff_t r = 0; r < tile->rows; r++) {
    V(mix_range)(task, scratch, r, 1, tile->common_high, tile->high[r], false);
    memcpy(
      task->out + tile->query[r] * task->out_stride + tile->head[r] * task->value_width,
      scratch->out + r * scratch->out_columns, (size_t)task->value_width * sizeof(float));
  }
}

static bool V(attention_fused)(const cajal_attention *task) {
  V(scratch) scratch;
  if (!V(make_scratch)(task, &scratch)) return false;
  ptrdiff_t last = task->last * task->heads;
  for (ptrdiff_t first = task->first * task->heads; first < last; first += CAJAL_TILE_ROWS) {
    V(tile_rows) tile = V(choose_rows)(task, first, last);
    V(score_tile)(task, &tile, &scratch);
    for (ptrdiff_t r = 0; r < tile.rows; r++) {
      float *row = scratch.scores + r * scratch.columns + tile.low[r];
      V(softmax_row)(row, row, tile.high[r] - tile.low[r]);
    }
    V(mix_tile)(task, &tile, &scratch);
  }
  free(scratch.queries);
  return true;
}

/// The row of scores or pattern of one head and query.
#define SCORE_ROW(base, head, query) \
  ((base) + (head) * task->score_head_stride + (query) * task->score_stride)

static bool V(attention_scores)(const cajal_attention *task) {
  V(scratch) scratch;
  if (!V(make_scratch)(task, &scratch)) return false;
  ptrdiff_t last = task->last * task->heads;
  for (ptrdiff_t first = task->first * task->heads; first < last; first += CAJAL_TILE_ROWS) {
    V(tile_rows) tile = V(choose_rows)(task, first, last);
    V(score_tile)(task, &tile, &scratch);
    for (ptrdiff_t r = 0; r < tile.rows; r++) {
      float *out = SCORE_ROW(task->scores, tile.head[r], tile.query[r]);
      ptrdiff_t low = tile.low[r], high = tile.high[r];
      for (ptrdiff_t i = 0; i < low; i++) out[i] = -INFINITY;
      memcpy(
        out + low, scratch.scores + r * scratch.columns + low,
        (size_t)(high - low) * sizeof(float));
      for (ptrdiff_t i = high; i < task->longest; i++) out[i] = -INFINITY;
    }
  }
  free(scratch.queries);
  return true;
}

static void V(attention_pattern)(const cajal_attention *task) {
  for (ptrdiff_t first = task->first * task->heads; first < task->last * task->heads; first++) {
    V(tile_rows) tile = V(choose_rows)(task, first, first + 1);
    ptrdiff_t low = tile.low[0], high = tile.high[0];
    const float *in = SCORE_ROW(task->pattern, tile.head[0], tile.query[0]);
    float *out = SCORE_ROW(task->scores, tile.head[0], tile.query[0]);
    memset(out, 0, (size_t)low * sizeof(float));
    V(softmax_row)(in + low, out + low, high - low);
    memset(out + high, 0, (size_t)(task->longest - high) * sizeof(float));
  }
}

static bool V(attention_mix)(const cajal_attention *task) {
  V(scratch) scratch;
  if (!V(make_scratch)(task, &scratch)) return false;
  ptrdiff_t last = task->last * task->heads;
  for (ptrdiff_t first = task->first * task->heads; first < last; first += CAJAL_TILE_ROWS) {
    V(tile_rows) tile = V(choose_rows)(task, first, last);
    for (ptrdiff_t r = 0; r < tile.rows; r++) {
      const float *in = SCORE_ROW(task->pattern, tile.head[r], tile.query[r]);
      memcpy(
        scratch.scores + r * scratch.columns + tile.low[r], in + tile.low[r],
        (size_t)(tile.high[r] - tile.low[r]) * sizeof(float));
    }
    V(mix_tile)(task, &tile, &scratch);
  }
  free(scratch.queries);
  return true;
}
#undef SCORE_ROW
#endif
