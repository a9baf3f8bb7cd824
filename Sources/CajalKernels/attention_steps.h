// SPDX-License-Identifier: Apache-2.0
// What attention and its gradient share, for one processor variant: which rows make a tile, what they
// see, their scores.
#include "attention_tile.h"
#include "row_softmax.h"
#include "transpose.h"

/// Columns up to a whole number of panels.
INLINE ptrdiff_t V(whole_panels)(ptrdiff_t count) {
  return (count + CAJAL_PANEL - 1) / CAJAL_PANEL * CAJAL_PANEL;
}

/// Columns of rows that are padded to whole sixteens.
INLINE ptrdiff_t V(whole_sixteens)(ptrdiff_t width) { return (width + 15) / 16 * 16; }

/// Rows x[count, stride] as whole panels [count / 32][width][32], zero where positions lack.
static void V(pack_panels)(
  const float *x, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t width, float *panels) {
  for (ptrdiff_t at = 0; at < count; at += CAJAL_PANEL) {
    ptrdiff_t part = count - at < CAJAL_PANEL ? count - at : CAJAL_PANEL;
    float *panel = panels + at * width;
    if (part < CAJAL_PANEL) memset(panel, 0, (size_t)(width * CAJAL_PANEL) * sizeof(float));
    V(transpose)(x + at * stride, stride, part, width, panel, CAJAL_PANEL);
  }
}

/// Rows x[count, stride] side by side, padded with zeros to whole sixteens.
static void V(pack_rows)(
  const float *x, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t width, float *out) {
  const ptrdiff_t padded = V(whole_sixteens)(width);
  for (ptrdiff_t r = 0; r < count; r++) {
    const float *from = x + r * stride;
    float *to = out + r * padded;
    ptrdiff_t i = 0;
    for (; i + 16 <= width; i += 16) V(store)(to + i, V(load)(from + i));
    if (i < width) V(store)(to + i, V(load_part)(from + i, width - i, 0));
  }
}

/// Rows of one register tile: a row is a query in a head.
typedef struct {
  ptrdiff_t rows;
  ptrdiff_t query[CAJAL_TILE_ROWS], head[CAJAL_TILE_ROWS];
  ptrdiff_t low[CAJAL_TILE_ROWS], high[CAJAL_TILE_ROWS];  // visible positions
  ptrdiff_t lowest, highest;                              // of all rows
} V(tile_rows);

/// Queries to compute, times heads.
INLINE ptrdiff_t V(row_count)(const cajal_attention *task) {
  return (task->last - task->first) * task->heads;
}

/// The tile that begins with row `index` of the task. With queries enough for a tile its rows are
/// consecutive queries of one head, else the heads of a query stand side by side.
static V(tile_rows) V(choose_rows)(const cajal_attention *task, ptrdiff_t index) {
  V(tile_rows) tile = {0};
  ptrdiff_t queries = task->last - task->first, keys = task->prefix.count + task->fresh.count;
  bool by_head = queries >= CAJAL_TILE_ROWS;
  ptrdiff_t left = by_head ? queries - index % queries : queries * task->heads - index;
  tile.rows = left < CAJAL_TILE_ROWS ? left : CAJAL_TILE_ROWS;
  for (ptrdiff_t r = 0; r < tile.rows; r++) {
    ptrdiff_t row = index + r;
    ptrdiff_t query = task->first + (by_head ? row % queries : row / task->heads);
    ptrdiff_t position = query + task->prefix.count;
    ptrdiff_t low = task->window > 0 ? position - task->window + 1 : 0;
    ptrdiff_t high = task->causal ? position + 1 : keys;
    tile.query[r] = query;
    tile.head[r] = by_head ? row / queries : row % task->heads;
    tile.low[r] = low = low < 0 ? 0 : low;
    tile.high[r] = high;
    tile.lowest = r == 0 || low < tile.lowest ? low : tile.lowest;
    tile.highest = r == 0 || high > tile.highest ? high : tile.highest;
  }
  return tile;
}

/// Columns of the scores in scratch: both segments in whole panels, an odd number of panels so that
/// rows do not fall onto the same lines of the cache.
INLINE ptrdiff_t V(score_columns)(const cajal_attention *task) {
  ptrdiff_t columns = V(whole_panels)(task->prefix.count) + V(whole_panels)(task->fresh.count);
  return columns / CAJAL_PANEL % 2 == 0 ? columns + CAJAL_PANEL : columns;
}

/// Rows of queries or of the output's cotangent, all `width` long.
typedef struct {
  const float *x;
  ptrdiff_t stride, width;
} V(rows);

/// Products of rows with the packed positions that the tile sees in a segment that begins at position
/// `start`, into out[rows, columns]. Whole registers are written.
INLINE void V(multiply_segment)(
  const V(tile_rows) *tile, V(rows) rows, const float *panels, ptrdiff_t start, ptrdiff_t count,
  float *out, ptrdiff_t columns
) {
  const ptrdiff_t width = rows.width;
  ptrdiff_t low = tile->lowest > start ? tile->lowest - start : 0;
  ptrdiff_t high = tile->highest < start + count ? tile->highest - start : count;
  if (high <= low) return;
  ptrdiff_t panel = low / CAJAL_PANEL;
  V(attention_product) product = {
    .x = rows.x, .x_row = rows.stride, .w = panels + panel * width * CAJAL_PANEL, .w_inner = CAJAL_PANEL,
    .w_panel = width * CAJAL_PANEL, .inner = width, .out = out + start + panel * CAJAL_PANEL,
    .out_row = columns, .first = true,
  };
  V(attention_multiply)(
    &product, (high + CAJAL_LANES - 1) / CAJAL_LANES - panel * COLUMNS, tile->rows, false);
}

/// Scaled and capped scores of the tile's rows for its visible positions, into scores[rows, columns].
static void V(score_tile)(
  const cajal_attention *task, const V(tile_rows) *tile, V(rows) queries, float *scores,
  ptrdiff_t columns
) {
  // The last panel of the prefix may reach over the first fresh position, which comes after.
  const cajal_positions *prefix = &task->prefix, *fresh = &task->fresh;
  V(multiply_segment)(tile, queries, prefix->keys, 0, prefix->count, scores, columns);
  V(multiply_segment)(tile, queries, fresh->keys, prefix->count, fresh->count, scores, columns);
  for (ptrdiff_t r = 0; r < tile->rows; r++) {
    float *row = scores + r * columns;
    // Whole sixteens reach over the row's ends, which nobody reads.
    ptrdiff_t end = tile->high[r];
    for (ptrdiff_t i = tile->low[r] & ~(ptrdiff_t)15; i < end; i += 16) {
      f32x16 s = V(load)(row + i) * task->scale;
      if (task->cap > 0) s = task->cap * V(tanh)(s / task->cap);
      V(store)(row + i, s);
    }
  }
}

/// Continues out[rows, width] by rows x[rows, columns] of numbers for positions, times packed rows of
/// the positions that the tile sees in a segment that begins at `start`.
static void V(mix_segment)(
  const V(tile_rows) *tile, const float *x, ptrdiff_t columns, const float *rows, ptrdiff_t start,
  ptrdiff_t count, float *out, ptrdiff_t width
) {
  if (tile->highest <= start || tile->lowest >= start + count) return;
  ptrdiff_t low[CAJAL_TILE_ROWS], high[CAJAL_TILE_ROWS];
  for (ptrdiff_t r = 0; r < tile->rows; r++) {
    ptrdiff_t from = tile->low[r] - start, to = tile->high[r] - start;
    low[r] = from < 0 ? 0 : from > count ? count : from;
    high[r] = to < 0 ? 0 : to > count ? count : to;
  }
  V(attention_product) product = {
    .x = x + start, .x_row = columns, .w = rows, .w_inner = width, .w_panel = CAJAL_PANEL,
    .out = out, .out_row = width,
  };
  V(attention_ragged)(product, width / CAJAL_LANES, tile->rows, low, high, false);
}
