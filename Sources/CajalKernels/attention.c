// SPDX-License-Identifier: Apache-2.0
// Attention of one block of queries of one group of heads of one sequence, whole or in three steps.
//
// The whole calls the functions of the steps on the same numbers in the same order, so the bits are
// equal. Every score is one chain over the head width; every output one chain over the visible key
// positions, the first visible one first, so neither depends on how many queries stand beside it, nor
// on how many of the keys and values come from a prefix that was packed before.
#ifndef CAJAL_PASS
#define CAJAL_FILE "attention.c"
#include "each_variant.h"

void cajal_attention_pack_keys(
  const float *x, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t width, float *panels, ptrdiff_t at) {
  CAJAL_DISPATCH(attention_pack_keys, x, stride, count, width, panels, at);
}
void cajal_attention_pack_values(
  const float *x, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t width, float *out) {
  CAJAL_DISPATCH(pack_rows, x, stride, count, width, out);
}
bool cajal_attention_fused(const cajal_attention *task) { CAJAL_DISPATCH(attention_fused, task); }
bool cajal_attention_recorded(const cajal_attention *task) {
  CAJAL_DISPATCH(attention_recorded, task);
}
bool cajal_attention_scores(const cajal_attention *task) { CAJAL_DISPATCH(attention_scores, task); }
void cajal_attention_pattern(const cajal_attention *task) {
  CAJAL_DISPATCH(attention_pattern, task);
}
bool cajal_attention_mix(const cajal_attention *task) { CAJAL_DISPATCH(attention_mix, task); }
#else
#include "attention_steps.h"

static void V(attention_pack_keys)(
  const float *x, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t width, float *panels, ptrdiff_t at) {
  ptrdiff_t begun = at % CAJAL_PANEL;
  if (begun > 0) {
    ptrdiff_t part = count < CAJAL_PANEL - begun ? count : CAJAL_PANEL - begun;
    V(transpose)(x, stride, part, width, panels + (at - begun) * width + begun, CAJAL_PANEL);
    x += part * stride;
    count -= part;
    at += part;
  }
  V(pack_panels)(x, stride, count, width, panels + at * width);
}

/// Memory of one tile: queries [rows, width], scores [rows, columns], output [rows, out_columns].
typedef struct {
  float *queries, *scores, *out;
  ptrdiff_t columns, out_columns;
} V(scratch);

static bool V(make_scratch)(const cajal_attention *task, V(scratch) *scratch) {
  ptrdiff_t all = V(row_count)(task);
  size_t rows = (size_t)(all < CAJAL_TILE_ROWS ? all : CAJAL_TILE_ROWS);
  scratch->columns = V(score_columns)(task);
  scratch->out_columns = V(whole_sixteens)(task->value_width);
  size_t queries = rows * (size_t)V(whole_sixteens)(task->width);
  size_t scores = rows * (size_t)scratch->columns;
  size_t out = rows * (size_t)scratch->out_columns;
  size_t bytes = ((queries + scores + out) * sizeof(float) + 63) / 64 * 64;
  scratch->queries = aligned_alloc(64, bytes);
  if (!scratch->queries) return false;
  scratch->scores = scratch->queries + queries;
  scratch->out = scratch->scores + scores;
  return true;
}

/// Scores of the tile in scratch.
static void V(score_rows)(
  const cajal_attention *task, const V(tile_rows) *tile, const V(scratch) *scratch) {
  for (ptrdiff_t r = 0; r < tile->rows; r++)
    memcpy(
      scratch->queries + r * task->width,
      task->query + tile->query[r] * task->query_stride + tile->head[r] * task->width,
      (size_t)task->width * sizeof(float));
  V(rows) queries = {scratch->queries, task->width, task->width};
  V(score_tile)(task, tile, queries, scratch->scores, scratch->columns);
}

/// Pattern in scratch times values, into the task's output.
static void V(mix_tile)(
  const cajal_attention *task, const V(tile_rows) *tile, const V(scratch) *scratch) {
  memset(scratch->out, 0, (size_t)(tile->rows * scratch->out_columns) * sizeof(float));
  const cajal_positions *prefix = &task->prefix, *fresh = &task->fresh;
  V(mix_segment)(
    tile, scratch->scores, scratch->columns, prefix->values, 0, prefix->count, scratch->out,
    scratch->out_columns);
  V(mix_segment)(
    tile, scratch->scores, scratch->columns, fresh->values, prefix->count, fresh->count,
    scratch->out, scratch->out_columns);
  for (ptrdiff_t r = 0; r < tile->rows; r++)
    memcpy(
      task->out + tile->query[r] * task->out_stride + tile->head[r] * task->value_width,
      scratch->out + r * scratch->out_columns, (size_t)task->value_width * sizeof(float));
}

/// The row of scores or pattern of one head and query.
#define SCORE_ROW(base, head, query) \
  ((base) + (head) * task->score_head_stride + (query) * task->score_stride)

/// One number of a row of which low ..< high are visible.
INLINE float V(number_at)(
  const float *visible, ptrdiff_t low, ptrdiff_t high, float beside, ptrdiff_t i) {
  return i >= low && i < high ? visible[i - low] : beside;
}

/// Writes a row of `longest`: low ..< high of it visible, `beside` elsewhere. Whole lines go past the
/// caches, because what is recorded is not read again soon.
static void V(record_row)(
  const float *visible, ptrdiff_t low, ptrdiff_t high, float beside, float *out, ptrdiff_t longest) {
  ptrdiff_t i = 0;
  for (; i < longest && (uintptr_t)(out + i) % 64 != 0; i++)
    out[i] = V(number_at)(visible, low, high, beside, i);
  for (; i + 16 <= longest; i += 16) {
    f32x16 line = V(splat)(beside);
    if (i >= low && i + 16 <= high) {
      line = V(load)(visible + i - low);
    } else if (i + 16 > low && i < high) {
      float edge[16];
      for (int k = 0; k < 16; k++) edge[k] = V(number_at)(visible, low, high, beside, i + k);
      line = V(load)(edge);
    }
    __builtin_nontemporal_store(line, (f32x16 *)(out + i));
  }
  for (; i < longest; i++) out[i] = V(number_at)(visible, low, high, beside, i);
}

/// The whole, tile by tile; keeps scores and pattern where `records`, constant where this is inlined.
INLINE bool V(attention_whole)(const cajal_attention *task, const bool records) {
  V(scratch) scratch;
  if (!V(make_scratch)(task, &scratch)) return false;
  V(tile_rows) tile;
  for (ptrdiff_t row = 0; row < V(row_count)(task); row += tile.rows) {
    tile = V(choose_rows)(task, row);
    V(score_rows)(task, &tile, &scratch);
    for (ptrdiff_t r = 0; r < tile.rows; r++) {
      ptrdiff_t low = tile.low[r], high = tile.high[r], head = tile.head[r], query = tile.query[r];
      float *scores = scratch.scores + r * scratch.columns + low;
      if (records)
        V(record_row)(
          scores, low, high, -INFINITY, SCORE_ROW(task->scores, head, query), task->longest);
      V(softmax_row)(scores, scores, high - low);
      if (records)
        V(record_row)(
          scores, low, high, 0, SCORE_ROW(task->recorded_pattern, head, query), task->longest);
    }
    V(mix_tile)(task, &tile, &scratch);
  }
  free(scratch.queries);
#if defined(__x86_64__)
  // Stores past the caches are ordered before what tells others that they are done.
  if (records) __builtin_ia32_sfence();
#endif
  return true;
}

static bool V(attention_fused)(const cajal_attention *task) {
  return V(attention_whole)(task, false);
}

static bool V(attention_recorded)(const cajal_attention *task) {
  return V(attention_whole)(task, true);
}

static bool V(attention_scores)(const cajal_attention *task) {
  V(scratch) scratch;
  if (!V(make_scratch)(task, &scratch)) return false;
  V(tile_rows) tile;
  for (ptrdiff_t row = 0; row < V(row_count)(task); row += tile.rows) {
    tile = V(choose_rows)(task, row);
    V(score_rows)(task, &tile, &scratch);
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
  V(tile_rows) tile;
  for (ptrdiff_t row = 0; row < V(row_count)(task); row += tile.rows) {
    tile = V(choose_rows)(task, row);
    for (ptrdiff_t r = 0; r < tile.rows; r++) {
      ptrdiff_t low = tile.low[r], high = tile.high[r];
      const float *in = SCORE_ROW(task->pattern, tile.head[r], tile.query[r]);
      float *out = SCORE_ROW(task->scores, tile.head[r], tile.query[r]);
      memset(out, 0, (size_t)low * sizeof(float));
      V(softmax_row)(in + low, out + low, high - low);
      memset(out + high, 0, (size_t)(task->longest - high) * sizeof(float));
    }
  }
}

static bool V(attention_mix)(const cajal_attention *task) {
  V(scratch) scratch;
  if (!V(make_scratch)(task, &scratch)) return false;
  V(tile_rows) tile;
  for (ptrdiff_t row = 0; row < V(row_count)(task); row += tile.rows) {
    tile = V(choose_rows)(task, row);
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
