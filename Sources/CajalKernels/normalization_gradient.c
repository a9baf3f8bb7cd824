// SPDX-License-Identifier: Apache-2.0
// Cotangents of norms. Sums along a row and over rows are double, in a fixed order. A fused norm gives
// the bits of its steps pulled back one after the other: whoever watches them changes nothing.
#ifndef CAJAL_PASS
#define CAJAL_FILE "normalization_gradient.c"
#include "each_variant.h"

void cajal_norm_gradient(const cajal_norm_cotangent *task) { CAJAL_DISPATCH(norm_gradient, task); }
void cajal_statistic_gradient(
  const float *x, const float *mean, const float *scale, const float *cotangent, float *out,
  ptrdiff_t rows, ptrdiff_t width) {
  CAJAL_DISPATCH(statistic_gradient, x, mean, scale, cotangent, out, rows, width);
}
void cajal_row_dots(
  const float *a, const float *b, const float *divisor, double factor, float *out, ptrdiff_t rows,
  ptrdiff_t width) {
  CAJAL_DISPATCH(row_dots, a, b, divisor, factor, out, rows, width);
}
void cajal_add_column_sums(
  const float *a, const float *b, double *sums, ptrdiff_t rows, ptrdiff_t width) {
  CAJAL_DISPATCH(add_column_sums, a, b, sums, rows, width);
}
void cajal_total_columns(const double *parts, ptrdiff_t count, ptrdiff_t width, float *out) {
  CAJAL_DISPATCH(total_columns, parts, count, width, out);
}
#else
typedef double f64x16_any __attribute__((vector_size(128), aligned(8), may_alias));

INLINE f32x16 V(load_some)(const float *p, ptrdiff_t count, float fill) {
  return count == 16 ? V(load)(p) : V(load_part)(p, count, fill);
}
INLINE void V(store_some)(float *p, f32x16 x, ptrdiff_t count) {
  if (count == 16)
    V(store)(p, x);
  else
    V(store_part)(p, x, count);
}
INLINE void V(add_to_sums)(double *sums, f32x16 x, ptrdiff_t count) {
  f64x16_any *at = (f64x16_any *)sums;
  if (count == 16)
    *at = *at + V(widen)(x);
  else
    for (ptrdiff_t lane = 0; lane < count; lane++) sums[lane] += (double)x[lane];
}

// Rows are taken four at a time for the sums over rows, of which four are added in float and then to
// the double; a row's own sums are double throughout, the same in a group and alone.
#define CAJAL_NORM_GROUP 4

typedef struct {
  const float *x[CAJAL_NORM_GROUP], *cotangent[CAJAL_NORM_GROUP];
  float mean[CAJAL_NORM_GROUP], reciprocal[CAJAL_NORM_GROUP];
  float shift[CAJAL_NORM_GROUP], along[CAJAL_NORM_GROUP];
  f64x16 total[CAJAL_NORM_GROUP], turned[CAJAL_NORM_GROUP];
} V(norm_rows);

/// Σ v and Σ v n of some columns with n = (x - mean) / scale and v = cotangent · gain: of twice
/// sixteen, which are added in float first, or of up to sixteen.
INLINE void V(norm_gradient_sums)(
  const cajal_norm_cotangent *t, V(norm_rows) *rows, ptrdiff_t i, const int halves, ptrdiff_t count,
  const int group, const bool has_gain, const bool has_gain_sums, const bool has_bias_sums) {
  f32x16 gain[2] = {0}, gains[2] = {0}, biases[2] = {0};
#pragma clang loop unroll(full)
  for (int h = 0; has_gain && h < halves; h++)
    gain[h] = V(load_some)(t->gain + i + 16 * h, count, 0);
#pragma clang loop unroll(full)
  for (int k = 0; k < group; k++) {
    f32x16 total = {0}, turned = {0};
#pragma clang loop unroll(full)
    for (int h = 0; h < halves; h++) {
      f32x16 g = V(load_some)(rows->cotangent[k] + i + 16 * h, count, 0);
      f32x16 x = V(load_some)(rows->x[k] + i + 16 * h, count, rows->mean[k]);
      f32x16 n = (x - rows->mean[k]) * rows->reciprocal[k];
      if (has_gain_sums) gains[h] = V(fma)(g, n, gains[h]);
      if (has_bias_sums) biases[h] += g;
      f32x16 v = has_gain ? g * gain[h] : g;
      total += v;
      turned = V(fma)(v, n, turned);
    }
    rows->total[k] += V(widen)(total);
    rows->turned[k] += V(widen)(turned);
  }
#pragma clang loop unroll(full)
  for (int h = 0; h < halves; h++) {
    if (has_gain_sums) V(add_to_sums)(t->gain_sums + i + 16 * h, gains[h], count);
    if (has_bias_sums) V(add_to_sums)(t->bias_sums + i + 16 * h, biases[h], count);
  }
}

/// Σ of some columns of a · b, or of a: of twice sixteen, which are added in float first, or of up to
/// sixteen; as the sums above.
INLINE f64x16 V(row_dot)(
  const float *a, const float *b, const int halves, ptrdiff_t count) {
  f32x16 sum = {0};
  for (int h = 0; h < halves; h++) {
    f32x16 x = V(load_some)(a + 16 * h, count, 0);
    sum = b ? V(fma)(x, V(load_some)(b + 16 * h, count, 0), sum) : sum + x;
  }
  return V(widen)(sum);
}

/// The cotangent of a mean or, of scale s, of a denominator, for one element of the row: what
/// `cajal_row_dots` and `cajal_statistic_gradient` make of the row's sum.
INLINE float V(statistic_share)(double sum, float scale, double s, ptrdiff_t width) {
  return (float)((double)(float)(-sum / (double)scale) / (s * (double)width));
}

/// Up to sixteen columns of out = v / scale + (x - mean) · along + shift of one row.
INLINE void V(norm_gradient_out)(
  const cajal_norm_cotangent *t, const V(norm_rows) *rows, int k, float *out, ptrdiff_t i,
  ptrdiff_t count, const bool has_gain) {
  f32x16 g = V(load_some)(rows->cotangent[k] + i, count, 0);
  f32x16 v = has_gain ? g * V(load_some)(t->gain + i, count, 0) : g;
  f32x16 sum = v * rows->reciprocal[k];
  if (!t->frozen)
    sum = sum + (V(load_some)(rows->x[k] + i, count, 0) - rows->mean[k]) * rows->along[k];
  if (t->centred) sum = sum + rows->shift[k];
  V(store_some)(out + i, sum, count);
}

/// With n and v as above, out = (v - mean of v - n · mean of (v n)) / scale; without a centre the second
/// term is none, with the scale held the third.
INLINE void V(norm_gradient_group)(
  const cajal_norm_cotangent *t, ptrdiff_t r, const int group, const bool has_gain,
  const bool has_gain_sums, const bool has_bias_sums) {
  const ptrdiff_t width = t->width;
  V(norm_rows) rows = {0};
#pragma clang loop unroll(full)
  for (int k = 0; k < group; k++) {
    rows.x[k] = t->x + (r + k) * width;
    rows.cotangent[k] = t->cotangent + (r + k) * width;
    rows.mean[k] = t->mean ? t->mean[r + k] : 0;
    rows.reciprocal[k] = 1.0f / t->scale[r + k];
  }
  ptrdiff_t i = 0;
  for (; i + 32 <= width; i += 32)
    V(norm_gradient_sums)(t, &rows, i, 2, 16, group, has_gain, has_gain_sums, has_bias_sums);
  for (; i < width; i += 16)
    V(norm_gradient_sums)(
      t, &rows, i, 1, width - i < 16 ? width - i : 16, group, has_gain, has_gain_sums,
      has_bias_sums);
  if (!t->out) return;
#pragma clang loop unroll(full)
  for (int k = 0; k < group; k++) {
    float *out = t->out + (r + k) * width;
    const float scale = t->scale[r + k];
    rows.shift[k] = V(statistic_share)(V(sum)(rows.total[k]), scale, 1, width);
    rows.along[k] = V(statistic_share)(V(sum)(rows.turned[k]), scale, (double)scale, width);
    for (i = 0; i + 16 <= width; i += 16)
      V(norm_gradient_out)(t, &rows, k, out, i, 16, has_gain);
    if (i < width) V(norm_gradient_out)(t, &rows, k, out, i, width - i, has_gain);
  }
}

INLINE void V(norm_gradient_as)(
  const cajal_norm_cotangent *t, const bool has_gain, const bool has_gain_sums,
  const bool has_bias_sums) {
  ptrdiff_t r = 0;
  if (has_gain_sums || has_bias_sums)
    for (; r + CAJAL_NORM_GROUP <= t->rows; r += CAJAL_NORM_GROUP)
      V(norm_gradient_group)(
        t, r, CAJAL_NORM_GROUP, has_gain, has_gain_sums, has_bias_sums);
  for (; r < t->rows; r++)
    V(norm_gradient_group)(t, r, 1, has_gain, has_gain_sums, has_bias_sums);
}

static void V(norm_gradient)(const cajal_norm_cotangent *t) {
  const int kind = (t->gain ? 4 : 0) + (t->gain_sums ? 2 : 0) + (t->bias_sums ? 1 : 0);
  switch (kind) {
    case 0: V(norm_gradient_as)(t, false, false, false); break;
    case 1: V(norm_gradient_as)(t, false, false, true); break;
    case 2: V(norm_gradient_as)(t, false, true, false); break;
    case 3: V(norm_gradient_as)(t, false, true, true); break;
    case 4: V(norm_gradient_as)(t, true, false, false); break;
    case 5: V(norm_gradient_as)(t, true, false, true); break;
    case 6: V(norm_gradient_as)(t, true, true, false); break;
    default: V(norm_gradient_as)(t, true, true, true); break;
  }
}

static void V(statistic_gradient)(
  const float *x, const float *mean, const float *scale, const float *cotangent, float *out,
  ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, out += width) {
    const double size = scale ? (double)scale[r] : 1;
    const float factor = (float)((double)cotangent[r] / (size * (double)width));
    const float centre = mean ? mean[r] : 0;
    if (scale)
      for (ptrdiff_t i = 0; i < width; i++) out[i] = (x[r * width + i] - centre) * factor;
    else
      for (ptrdiff_t i = 0; i < width; i++) out[i] = factor;
  }
}

static void V(row_dots)(
  const float *a, const float *b, const float *divisor, double factor, float *out, ptrdiff_t rows,
  ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *p = a + r * width, *q = b ? b + r * width : NULL;
    f64x16 sum = {0};
    ptrdiff_t i = 0;
    for (; i + 32 <= width; i += 32) sum += V(row_dot)(p + i, q ? q + i : NULL, 2, 16);
    for (; i < width; i += 16)
      sum += V(row_dot)(p + i, q ? q + i : NULL, 1, width - i < 16 ? width - i : 16);
    double total = V(sum)(sum) * factor;
    out[r] = (float)(divisor ? total / (double)divisor[r] : total);
  }
}

/// Four rows are added in float and then to the double, for `bands` times sixteen columns.
INLINE void V(add_column_band)(
  const float *a, const float *b, double *sums, ptrdiff_t rows, ptrdiff_t width, const int bands,
  ptrdiff_t count) {
  f64x16 sum[4] = {0};
  for (ptrdiff_t r = 0; r < rows; r += CAJAL_NORM_GROUP)
    for (int band = 0; band < bands; band++) {
      f32x16 group = {0};
      for (ptrdiff_t k = r; k < r + CAJAL_NORM_GROUP && k < rows; k++) {
        f32x16 x = V(load_some)(a + k * width + band * 16, count, 0);
        group = b ? V(fma)(x, V(load_some)(b + k * width + band * 16, count, 0), group) : group + x;
      }
      sum[band] += V(widen)(group);
    }
  for (int band = 0; band < bands; band++)
    for (ptrdiff_t lane = 0; lane < count; lane++) sums[band * 16 + lane] += sum[band][lane];
}

static void V(add_column_sums)(
  const float *a, const float *b, double *sums, ptrdiff_t rows, ptrdiff_t width) {
  ptrdiff_t i = 0;
  for (; i + 64 <= width; i += 64)
    V(add_column_band)(a + i, b ? b + i : NULL, sums + i, rows, width, 4, 16);
  for (; i + 16 <= width; i += 16)
    V(add_column_band)(a + i, b ? b + i : NULL, sums + i, rows, width, 1, 16);
  if (i < width) V(add_column_band)(a + i, b ? b + i : NULL, sums + i, rows, width, 1, width - i);
}

static void V(total_columns)(const double *parts, ptrdiff_t count, ptrdiff_t width, float *out) {
  for (ptrdiff_t i = 0; i < width; i++) {
    double sum = 0;
    for (ptrdiff_t part = 0; part < count; part++) sum += parts[part * width + i];
    out[i] = (float)sum;
  }
}
#endif
