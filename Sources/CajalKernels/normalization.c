// SPDX-License-Identifier: Apache-2.0
// LayerNorm and RMSNorm over rows. Sums are double, in sixteen lanes and then a fixed tree; the
// fused kernel calls the very functions of the steps, so both give equal bits.
#ifndef CAJAL_PASS
#define CAJAL_FILE "normalization.c"
#include "each_variant.h"

void cajal_layer_statistics(
  const float *x, ptrdiff_t rows, ptrdiff_t width, double epsilon, float *mean, float *scale) {
  CAJAL_DISPATCH(layer_statistics, x, rows, width, epsilon, mean, scale);
}
void cajal_rms_scale(
  const float *x, ptrdiff_t rows, ptrdiff_t width, double epsilon, float *scale) {
  CAJAL_DISPATCH(rms_scale, x, rows, width, epsilon, scale);
}
void cajal_normalize(
  const float *x, const float *mean, const float *scale, const float *gain, const float *bias,
  float *out, ptrdiff_t rows, ptrdiff_t width) {
  CAJAL_DISPATCH(normalize, x, mean, scale, gain, bias, out, rows, width);
}
void cajal_affine(
  const float *x, const float *gain, const float *bias, float *out, ptrdiff_t rows,
  ptrdiff_t width) {
  CAJAL_DISPATCH(affine, x, gain, bias, out, rows, width);
}
void cajal_norm(
  const float *x, bool centred, const float *gain, const float *bias, double epsilon, float *out,
  float *mean, float *scale, ptrdiff_t rows, ptrdiff_t width) {
  CAJAL_DISPATCH(norm, x, centred, gain, bias, epsilon, out, mean, scale, rows, width);
}
#else

static double V(row_mean)(const float *x, ptrdiff_t width) {
  f64x16 sum = {0};
  ptrdiff_t i = 0;
  for (; i + 16 <= width; i += 16) sum += V(widen)(V(load)(x + i));
  if (i < width) sum += V(widen)(V(load_part)(x + i, width - i, 0));
  return V(sum)(sum) / (double)width;
}

/// Mean of (x - centre)², of a row.
static double V(row_square)(const float *x, ptrdiff_t width, double centre) {
  f64x16 sum = {0};
  ptrdiff_t i = 0;
  for (; i + 16 <= width; i += 16) {
    f64x16 d = V(widen)(V(load)(x + i)) - centre;
    sum += d * d;
  }
  if (i < width) {
    f64x16 d = V(widen)(V(load_part)(x + i, width - i, 0)) - centre;
    f64x16 square = d * d;
    for (ptrdiff_t lane = width - i; lane < 16; lane++) square[lane] = 0;
    sum += square;
  }
  return V(sum)(sum) / (double)width;
}

static void V(layer_statistics)(
  const float *x, ptrdiff_t rows, ptrdiff_t width, double epsilon, float *mean, float *scale) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    double centre = V(row_mean)(x + r * width, width);
    mean[r] = (float)centre;
    scale[r] = (float)__builtin_sqrt(V(row_square)(x + r * width, width, centre) + epsilon);
  }
}
static void V(rms_scale)(
  const float *x, ptrdiff_t rows, ptrdiff_t width, double epsilon, float *scale) {
  for (ptrdiff_t r = 0; r < rows; r++)
    scale[r] = (float)__builtin_sqrt(V(row_square)(x + r * width, width, 0) + epsilon);
}

INLINE f32x16 V(affine16)(f32x16 x, bool has_gain, f32x16 gain, bool has_bias, f32x16 bias) {
  if (has_gain && has_bias) return V(fma)(x, gain, bias);
  if (has_gain) return x * gain;
  if (has_bias) return x + bias;
  return x;
}

static void V(normalize_row)(
  const float *x, float mean, float scale, const float *gain, const float *bias, float *out,
  ptrdiff_t width) {
  const f32x16 none = {0};
  const float reciprocal = 1.0f / scale;
  ptrdiff_t i = 0;
  for (; i + 16 <= width; i += 16) {
    f32x16 n = (V(load)(x + i) - mean) * reciprocal;
    f32x16 g = gain ? V(load)(gain + i) : none, b = bias ? V(load)(bias + i) : none;
    V(store)(out + i, V(affine16)(n, gain != NULL, g, bias != NULL, b));
  }
  if (i < width) {
    ptrdiff_t rest = width - i;
    f32x16 n = (V(load_part)(x + i, rest, 0) - mean) * reciprocal;
    f32x16 g = gain ? V(load_part)(gain + i, rest, 0) : none;
    f32x16 b = bias ? V(load_part)(bias + i, rest, 0) : none;
    V(store_part)(out + i, V(affine16)(n, gain != NULL, g, bias != NULL, b), rest);
  }
}

static void V(normalize)(
  const float *x, const float *mean, const float *scale, const float *gain, const float *bias,
  float *out, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++)
    V(normalize_row)(
      x + r * width, mean ? mean[r] : 0, scale[r], gain, bias, out + r * width, width);
}

static void V(affine)(
  const float *x, const float *gain, const float *bias, float *out, ptrdiff_t rows,
  ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, x += width, out += width)
    for (ptrdiff_t i = 0; i < width; i++) {
      if (gain && bias)
        out[i] = V(fma1)(x[i], gain[i], bias[i]);
      else if (gain)
        out[i] = x[i] * gain[i];
      else
        out[i] = bias ? x[i] + bias[i] : x[i];
    }
}

static void V(norm)(
  const float *x, bool centred, const float *gain, const float *bias, double epsilon, float *out,
  float *means, float *scales, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    float mean = 0, scale;
    if (centred)
      V(layer_statistics)(x + r * width, 1, width, epsilon, &mean, &scale);
    else
      V(rms_scale)(x + r * width, 1, width, epsilon, &scale);
    V(normalize_row)(x + r * width, mean, scale, gain, bias, out + r * width, width);
    if (means) means[r] = mean;
    if (scales) scales[r] = scale;
  }
}
#endif
