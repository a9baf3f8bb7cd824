// SPDX-License-Identifier: Apache-2.0
// Sums, orders and moves of rows.
#ifndef CAJAL_PASS
#define CAJAL_FILE "rows.c"
#include "each_variant.h"

double cajal_row_sum(const float *x, ptrdiff_t width) { CAJAL_DISPATCH(row_sum, x, width); }
ptrdiff_t cajal_argmax(const float *x, ptrdiff_t width) { CAJAL_DISPATCH(argmax, x, width); }

void cajal_transpose(
  const float *x, ptrdiff_t x_stride, ptrdiff_t rows, ptrdiff_t columns, float *out,
  ptrdiff_t out_stride) {
  // Squares of 16 × 16 keep both sides within whole cache lines.
  for (ptrdiff_t r = 0; r < rows; r += 16)
    for (ptrdiff_t c = 0; c < columns; c += 16)
      for (ptrdiff_t i = r; i < r + 16 && i < rows; i++)
        for (ptrdiff_t j = c; j < c + 16 && j < columns; j++)
          out[j * out_stride + i] = x[i * x_stride + j];
}

void cajal_add_rows(
  const float *rows, ptrdiff_t row_stride, const int32_t *ids, ptrdiff_t count, ptrdiff_t columns,
  float *target, ptrdiff_t target_stride) {
  for (ptrdiff_t i = 0; i < count; i++) {
    float *row = target + ids[i] * target_stride;
    cajal_add(row, rows + i * row_stride, row, columns);
  }
}

/// Whether a sorts before b: larger first, NaN last.
static bool before(float a, float b) { return a > b || (b != b && a == a); }

ptrdiff_t cajal_top_k(
  const float *x, ptrdiff_t width, ptrdiff_t k, int32_t *indices, float *values) {
  ptrdiff_t found = 0;
  for (ptrdiff_t i = 0; i < width; i++) {
    float value = x[i];
    if (found == k && (k == 0 || !before(value, values[k - 1]))) continue;
    // Insertion after equals keeps the lowest index first.
    ptrdiff_t at = found < k ? found : k - 1;
    while (at > 0 && before(value, values[at - 1])) {
      values[at] = values[at - 1];
      indices[at] = indices[at - 1];
      at--;
    }
    values[at] = value;
    indices[at] = (int32_t)i;
    if (found < k) found++;
  }
  return found;
}
#else

static double V(row_sum)(const float *x, ptrdiff_t width) {
  f64x16 sum = {0};
  ptrdiff_t i = 0;
  for (; i + 16 <= width; i += 16) sum += V(widen)(V(load)(x + i));
  if (i < width) sum += V(widen)(V(load_part)(x + i, width - i, 0));
  return V(sum)(sum);
}

static ptrdiff_t V(argmax)(const float *x, ptrdiff_t width) {
  f32x16 most = V(splat)(-INFINITY);
  i32x16 broken = {0};
  ptrdiff_t i = 0;
  for (; i + 16 <= width; i += 16) {
    f32x16 v = V(load)(x + i);
    broken |= v != v;
    most = V(choose)(v > most, v, most);
  }
  float best = -INFINITY;
  int bad = 0;
  for (int lane = 0; lane < 16; lane++) {
    if (most[lane] > best) best = most[lane];
    bad |= broken[lane];
  }
  for (; i < width; i++) {
    if (x[i] > best) best = x[i];
    bad |= x[i] != x[i];
  }
  if (bad) return -1;
  for (i = 0; i < width; i++)
    if (x[i] == best) return i;
  return -1;
}
#endif
