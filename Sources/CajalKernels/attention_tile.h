// SPDX-License-Identifier: Apache-2.0
// The register tile of attention's products, for one processor variant: out += x · w.
//
// As in tile.h every element is one chain acc = fma(x[k], w[k], acc) over k, so neither the tile's
// extents nor a stop between blocks of k change a bit. Rows may see different stretches of k: where
// they begin or end one position after another (causal masks and windows), the staircase at either
// end is unrolled, and what a row does not see is never read into its sum.
#include "tile.h"

typedef struct {
  const float *x;        // x[row * x_row + k * x_inner]
  ptrdiff_t x_row;       // read when rows lie apart
  ptrdiff_t x_inner;     // read when rows lie side by side
  const float *w;        // w[k * w_inner + column / 32 * w_panel + column % 32]
  ptrdiff_t w_inner, w_panel;
  ptrdiff_t inner;       // positions that every row sees
  float *out;
  ptrdiff_t out_row;
  bool first;            // start from zero instead of from `out`
  bool rises, falls;     // row r begins r positions later; ends r positions later
} V(attention_product);

/// `rows` × `columns` registers, both constant where this is inlined. `across`: the rows of x lie
/// side by side (x_row is 1) instead of its inner positions (x_inner is 1).
INLINE void V(attention_tile)(
  const V(attention_product) *p, ptrdiff_t column, const int rows, const int columns,
  const bool across
) {
  LANES acc[12][8];
  const float *w[8];
  float *out = p->out + column * CAJAL_LANES;
  const ptrdiff_t x_row = across ? 1 : p->x_row, x_inner = across ? p->x_inner : 1;
  const ptrdiff_t w_inner = p->w_inner, out_row = p->out_row;
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int c = 0; c < columns; c++) {
      if (p->first)
        acc[r][c] = (LANES){0};
      else
        acc[r][c] = *(const V(lanes_any) *)(out + r * out_row + c * CAJAL_LANES);
    }
#pragma clang loop unroll(full)
  for (int c = 0; c < columns; c++) {
    ptrdiff_t at = column + c;
    w[c] = p->w + at / COLUMNS * p->w_panel + at % COLUMNS * CAJAL_LANES;
  }
  const float *x = p->x;
// One position, for the rows of `condition`.
#define POSITION(k, condition)                                                               \
  {                                                                                          \
    LANES b[8];                                                                              \
    _Pragma("clang loop unroll(full)") for (int c = 0; c < columns; c++) b[c] =              \
      *(const V(lanes_any) *)(w[c] + (k) * w_inner);                                         \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) if (condition) {       \
      LANES a = x[r * x_row + (k) * x_inner] - (LANES){0};                                   \
      _Pragma("clang loop unroll(full)") for (int c = 0; c < columns; c++) acc[r][c] =       \
        V(multiply_add)(a, b[c], acc[r][c]);                                                 \
    }                                                                                        \
  }
  const bool whole = rows == CAJAL_TILE_ROWS;  // others have no staircases
  if (whole && p->rises) {
#pragma clang loop unroll(full)
    for (int k = 0; k < rows - 1; k++) POSITION(k, r <= k)
    x += (rows - 1) * x_inner;
#pragma clang loop unroll(full)
    for (int c = 0; c < columns; c++) w[c] += (rows - 1) * w_inner;
  }
  const ptrdiff_t inner = p->inner;
  for (ptrdiff_t k = 0; k < inner; k++) POSITION(k, true)
  if (whole && p->falls) {
    x += inner * x_inner;
#pragma clang loop unroll(full)
    for (int c = 0; c < columns; c++) w[c] += inner * w_inner;
#pragma clang loop unroll(full)
    for (int k = 0; k < rows - 1; k++) POSITION(k, r > k)
  }
#undef POSITION
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int c = 0; c < columns; c++)
      *(V(lanes_any) *)(out + r * out_row + c * CAJAL_LANES) = acc[r][c];
}

/// All register columns for a constant number of rows, the widest tiles first.
INLINE void V(attention_columns)(
  const V(attention_product) *p, ptrdiff_t columns, const int rows, const int wide,
  const bool across
) {
  ptrdiff_t column = 0;
  if (wide >= 8)
    for (; column + 8 <= columns; column += 8) V(attention_tile)(p, column, rows, 8, across);
  if (wide >= 4)
    for (; column + 4 <= columns; column += 4) V(attention_tile)(p, column, rows, 4, across);
  for (; column + 2 <= columns; column += 2) V(attention_tile)(p, column, rows, 2, across);
  if (column < columns) V(attention_tile)(p, column, rows, 1, across);
}

#define ATTENTION_HEIGHT(r, wide)                                                               \
  static __attribute__((noinline)) void V(apart_##r)(                                           \
    const V(attention_product) * p, ptrdiff_t columns) {                                        \
    V(attention_columns)(p, columns, r, wide, false);                                           \
  }                                                                                             \
  static __attribute__((noinline)) void V(across_##r)(                                          \
    const V(attention_product) * p, ptrdiff_t columns) {                                        \
    V(attention_columns)(p, columns, r, wide, true);                                            \
  }
CAJAL_EACH_HEIGHT(ATTENTION_HEIGHT)

#define APART_CASE(r, wide) \
  case r: V(apart_##r)(p, columns); break;
#define ACROSS_CASE(r, wide) \
  case r: V(across_##r)(p, columns); break;
/// `rows` <= CAJAL_TILE_ROWS rows and `columns` registers.
INLINE void V(attention_multiply)(
  const V(attention_product) *p, ptrdiff_t columns, ptrdiff_t rows, const bool across) {
  if (across)
    switch (rows) { CAJAL_EACH_HEIGHT(ACROSS_CASE) }
  else
    switch (rows) { CAJAL_EACH_HEIGHT(APART_CASE) }
}

/// Whether each number is one more than the one before.
INLINE bool V(climbs)(const ptrdiff_t *numbers, ptrdiff_t count) {
  for (ptrdiff_t i = 1; i < count; i++)
    if (numbers[i] != numbers[0] + i) return false;
  return true;
}

/// The part low ..< high of one row.
INLINE void V(attention_row)(
  V(attention_product) p, ptrdiff_t columns, ptrdiff_t row, ptrdiff_t low, ptrdiff_t high,
  const bool across
) {
  if (high <= low) return;
  p.x += row * (across ? 1 : p.x_row) + low * (across ? p.x_inner : 1);
  p.w += low * p.w_inner;
  p.inner = high - low;
  p.out += row * p.out_row;
  p.rises = p.falls = false;
  V(attention_multiply)(&p, columns, 1, across);
}

/// Continues `out` with positions low[r] ..< high[r] of every row r; x and w begin at position 0.
INLINE void V(attention_ragged)(
  V(attention_product) p, ptrdiff_t columns, ptrdiff_t rows, const ptrdiff_t *low,
  const ptrdiff_t *high, const bool across
) {
  ptrdiff_t start = 0, end = PTRDIFF_MAX;
  bool same_low = true, same_high = true;
  for (ptrdiff_t r = 0; r < rows; r++) {
    start = low[r] > start ? low[r] : start;
    end = high[r] < end ? high[r] : end;
    same_low &= low[r] == low[0];
    same_high &= high[r] == high[0];
  }
  if (end <= start) {
    for (ptrdiff_t r = 0; r < rows; r++)
      V(attention_row)(p, columns, r, low[r], high[r], across);
    return;
  }
  const bool whole = rows == CAJAL_TILE_ROWS;
  p.rises = whole && !same_low && V(climbs)(low, rows);
  p.falls = whole && !same_high && V(climbs)(high, rows);
  for (ptrdiff_t r = 0; !p.rises && r < rows; r++)
    V(attention_row)(p, columns, r, low[r], start, across);
  V(attention_product) common = p;
  ptrdiff_t from = p.rises ? low[0] : start;
  common.x += from * (across ? p.x_inner : 1);
  common.w += from * p.w_inner;
  common.inner = end - start;
  V(attention_multiply)(&common, columns, rows, across);
  for (ptrdiff_t r = 0; !p.falls && r < rows; r++)
    V(attention_row)(p, columns, r, end, high[r], across);
}
