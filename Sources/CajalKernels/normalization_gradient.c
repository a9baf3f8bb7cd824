// SPDX-License-Identifier: Apache-2.0
// Cotangents of norms. Sums along a row and over rows are double, in a fixed order.
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

INLINE void V(add_to_sums)(double *sums, f32x16 x) {
  f64x16_any *at = (f64x16_any *)sums;
  *at = *at + V(widen)(x);
}
INLINE void V(add_part_to_sums)(double *sums, f32x16 x, ptrdiff_t count) {
  for (ptrdiff_t lane = 0; lane < count; lane++) sums[lane] += (double)x[lane];
}

/// One row. With n = (x - mean) / scale and v = cotangent · gain,
/// out = (v - mean of v - n · mean of (v n)) / scale; without a centre the second term is none, with
/// the scale held the third.
INLINE void V(norm_gradient_row)(
  const cajal_norm_cotangent *t, ptrdiff_t r, const bool has_gain, const bool has_sums) {
  const ptrdiff_t width = t->width;
  const float *x = t->x + r * width, *cotangent = t->cotangent + r * width;
  const float mean = t->mean ? t->mean[r] : 0, reciprocal = 1.0f / t->scale[r];
  f64x16 total = {0}, turned = {0};
  ptrdiff_t i = 0;
  for (; i + 16 <= width; i += 16) {
    f32x16 g = V(load)(cotangent + i), n = (V(load)(x + i) - mean) * reciprocal;
    if (has_sums) {
      V(add_to_sums)(t->gain_sums + i, g * n);
      V(add_to_sums)(t->bias_sums + i, g);
    }
    f32x16 v = has_gain ? g * V(load)(t->gain + i) : g;
    total += V(widen)(v);
    turned += V(widen)(v * n);
  }
  if (i < width) {
    ptrdiff_t rest = width - i;
    f32x16 g = V(load_part)(cotangent + i, rest, 0);
    f32x16 n = (V(load_part)(x + i, rest, mean) - mean) * reciprocal;
    if (has_sums) {
      V(add_part_to_sums)(t->gain_sums + i, g * n, rest);
      V(add_part_to_sums)(t->bias_sums + i, g, rest);
    }
    f32x16 v = has_gain ? g * V(load_part)(t->gain + i, rest, 0) : g;
    total += V(widen)(v);
    turned += V(widen)(v * n);
  }
  if (!t->out) return;
  float *out = t->out + r * width;
  const float shift = t->centred ? (float)(V(sum)(total) / (double)width) : 0;
  const float along = t->frozen ? 0 : (float)(-V(sum)(turned) / (double)width);
  for (i = 0; i + 16 <= width; i += 16) {
    f32x16 g = V(load)(cotangent + i), n = (V(load)(x + i) - mean) * reciprocal;
    f32x16 v = has_gain ? g * V(load)(t->gain + i) : g;
    V(store)(out + i, V(fma)(n, V(splat)(along), v - shift) * reciprocal);
  }
  if (i < width) {
    ptrdiff_t rest = width - i;
    f32x16 g = V(load_part)(cotangent + i, rest, 0);
    f32x16 n = (V(load_part)(x + i, rest, mean) - mean) * reciprocal;
    f32x16 v = has_gain ? g * V(load_part)(t->gain + i, rest, 0) : g;
    V(store_part)(out + i, V(fma)(n, V(splat)(along), v - shift) * reciprocal, rest);
  }
}

static void V(norm_gradient)(const cajal_norm_cotangent *t) {
  const bool has_sums = t->gain_sums && t->bias_sums;
  if (t->gain && has_sums)
    for (ptrdiff_t r = 0; r < t->rows; r++) V(norm_gradient_row)(t, r, true, true);
  else if (t->gain)
    for (ptrdiff_t r = 0; r < t->rows; r++) V(norm_gradient_row)(t, r, true, false);
  else if (has_sums)
    for (ptrdiff_t r = 0; r < t->rows; r++) V(norm_gradient_row)(t, r, false, true);
  else
    for (ptrdiff_t r = 0; r < t->rows; r++) V(norm_gradient_row)(t, r, false, false);
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
  const f32x16 one = V(splat)(1.0f);
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *p = a + r * width, *q = b ? b + r * width : NULL;
    f64x16 sum = {0};
    ptrdiff_t i = 0;
    for (; i + 16 <= width; i += 16) sum += V(widen)(V(load)(p + i) * (q ? V(load)(q + i) : one));
    if (i < width) {
      f32x16 last = q ? V(load_part)(q + i, width - i, 0) : one;
      sum += V(widen)(V(load_part)(p + i, width - i, 0) * last);
    }
    double total = V(sum)(sum) * factor;
    out[r] = (float)(divisor ? total / (double)divisor[r] : total);
  }
}

static void V(add_column_sums)(
  const float *a, const float *b, double *sums, ptrdiff_t rows, ptrdiff_t width) {
  // Bands of columns whose sums stay in registers while the rows pass.
  ptrdiff_t i = 0;
  for (; i + 16 <= width; i += 16) {
    f64x16 sum = *(const f64x16_any *)(sums + i);
    for (ptrdiff_t r = 0; r < rows; r++) {
      f32x16 x = V(load)(a + r * width + i);
      sum += V(widen)(b ? x * V(load)(b + r * width + i) : x);
    }
    *(f64x16_any *)(sums + i) = sum;
  }
  for (; i < width; i++)
    for (ptrdiff_t r = 0; r < rows; r++) {
      float x = a[r * width + i];
      sums[i] += (double)(b ? x * b[r * width + i] : x);
    }
}

static void V(total_columns)(const double *parts, ptrdiff_t count, ptrdiff_t width, float *out) {
  for (ptrdiff_t i = 0; i < width; i++) {
    double sum = 0;
    for (ptrdiff_t part = 0; part < count; part++) sum += parts[part * width + i];
    out[i] = (float)sum;
  }
}
#endif
