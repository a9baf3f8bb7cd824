// SPDX-License-Identifier: Apache-2.0
// Sums down the columns of a matrix: the gradient of a bias.
#ifndef CAJAL_PASS
#define CAJAL_FILE "column_sums.c"
#include "each_variant.h"

void cajal_column_sums(
  const float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, float *out) {
  CAJAL_DISPATCH(column_sums, x, rows, columns, stride, out);
}
#else

/// Up to 64 columns at once, in registers. Each column is one chain in double over its rows; columns
/// only stand side by side.
INLINE void V(some_columns)(
  const float *x, ptrdiff_t rows, const int groups, ptrdiff_t last, ptrdiff_t stride, float *out) {
  f64x16 sum[4] = {{0}};
  for (ptrdiff_t row = 0; row < rows; row++, x += stride) {
#pragma clang loop unroll(full)
    for (int g = 0; g < groups; g++) {
      bool whole = g + 1 < groups || last == 16;
      sum[g] += V(widen)(whole ? V(load)(x + g * 16) : V(load_part)(x + g * 16, last, 0));
    }
  }
#pragma clang loop unroll(full)
  for (int g = 0; g < groups; g++) {
    f32x16 result = __builtin_convertvector(sum[g], f32x16);
    V(store_part)(out + g * 16, result, g + 1 < groups ? 16 : last);
  }
}

static void V(column_sums)(
  const float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, float *out) {
  ptrdiff_t column = 0;
  for (; column + 64 <= columns; column += 64)
    V(some_columns)(x + column, rows, 4, 16, stride, out + column);
  for (; column < columns; column += 16) {
    ptrdiff_t width = columns - column < 16 ? columns - column : 16;
    V(some_columns)(x + column, rows, 1, width, stride, out + column);
  }
}
#endif
