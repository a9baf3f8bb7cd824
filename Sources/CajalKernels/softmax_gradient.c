// SPDX-License-Identifier: Apache-2.0
// Cotangents of softmax, its logarithm, cross-entropy and divergence. Sums are double; differences of
// nearly equal numbers are taken in double.
#ifndef CAJAL_PASS
#define CAJAL_FILE "softmax_gradient.c"
#include "each_variant.h"

void cajal_softmax_gradient(
  const float *y, const float *cotangent, float *out, ptrdiff_t rows, ptrdiff_t width) {
  CAJAL_DISPATCH(softmax_gradient, y, cotangent, out, rows, width);
}
void cajal_log_softmax_gradient(
  const float *y, const float *cotangent, float *out, ptrdiff_t rows, ptrdiff_t width) {
  CAJAL_DISPATCH(log_softmax_gradient, y, cotangent, out, rows, width);
}
double cajal_cross_entropy_gradient(
  const float *x, ptrdiff_t target, double weight, float *out, ptrdiff_t width) {
  CAJAL_DISPATCH(cross_entropy_gradient, x, target, weight, out, width);
}
double cajal_divergence(const float *x, const float *reference, ptrdiff_t width) {
  CAJAL_DISPATCH(divergence, x, reference, width);
}
void cajal_divergence_gradient(
  const float *x, const float *reference, double weight, float *out, ptrdiff_t width) {
  CAJAL_DISPATCH(divergence_gradient, x, reference, weight, out, width);
}
#else
#include "row_softmax.h"

INLINE f32x16 V(narrow)(f64x16 x) { return __builtin_convertvector(x, f32x16); }

/// out = y · (cotangent - Σ y · cotangent)
static void V(softmax_gradient)(
  const float *y, const float *cotangent, float *out, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, y += width, cotangent += width, out += width) {
    f64x16 sum = {0};
    ptrdiff_t i = 0;
    for (; i + 16 <= width; i += 16)
      sum += V(widen)(V(load)(y + i)) * V(widen)(V(load)(cotangent + i));
    if (i < width)
      sum += V(widen)(V(load_part)(y + i, width - i, 0))
             * V(widen)(V(load_part)(cotangent + i, width - i, 0));
    const double total = V(sum)(sum);
    for (i = 0; i + 16 <= width; i += 16)
      V(store)(
        out + i, V(load)(y + i) * V(narrow)(V(widen)(V(load)(cotangent + i)) - total));
    if (i < width) {
      f32x16 rest = V(narrow)(V(widen)(V(load_part)(cotangent + i, width - i, 0)) - total);
      V(store_part)(out + i, V(load_part)(y + i, width - i, 0) * rest, width - i);
    }
  }
}

/// out = cotangent - e^y · Σ cotangent, with the logarithm's value y.
static void V(log_softmax_gradient)(
  const float *y, const float *cotangent, float *out, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, y += width, cotangent += width, out += width) {
    f64x16 sum = {0};
    ptrdiff_t i = 0;
    for (; i + 16 <= width; i += 16) sum += V(widen)(V(load)(cotangent + i));
    if (i < width) sum += V(widen)(V(load_part)(cotangent + i, width - i, 0));
    const f32x16 total = V(splat)((float)-V(sum)(sum));
    for (i = 0; i + 16 <= width; i += 16)
      V(store)(out + i, V(fma)(V(exp)(V(load)(y + i)), total, V(load)(cotangent + i)));
    if (i < width) {
      f32x16 e = V(exp)(V(load_part)(y + i, width - i, 0));
      f32x16 g = V(load_part)(cotangent + i, width - i, 0);
      V(store_part)(out + i, V(fma)(e, total, g), width - i);
    }
  }
}

INLINE void V(scale_row)(float *x, float factor, ptrdiff_t width) {
  ptrdiff_t i = 0;
  for (; i + 16 <= width; i += 16) V(store)(x + i, V(load)(x + i) * factor);
  for (; i < width; i++) x[i] *= factor;
}

static double V(cross_entropy_gradient)(
  const float *x, ptrdiff_t target, double weight, float *out, ptrdiff_t width) {
  float maximum = V(row_maximum)(x, width);
  double sum = V(row_exponentials)(x, maximum, out, width);
  // What the others have, not 1 minus a probability near it.
  double others = sum - (double)out[target];
  V(scale_row)(out, (float)(weight / sum), width);
  out[target] = (float)(-weight * (others / sum));
  return (double)maximum + log(sum) - (double)x[target];
}

/// Σ p · (log p - log q) with the softmaxes p of `reference` and q of x.
static double V(divergence)(const float *x, const float *reference, ptrdiff_t width) {
  float maximum = V(row_maximum)(x, width), peak = V(row_maximum)(reference, width);
  double sum = V(row_exponentials)(x, maximum, NULL, width);
  double mass = V(row_exponentials)(reference, peak, NULL, width);
  double shift = (double)maximum + log(sum) - ((double)peak + log(mass));
  f64x16 total = {0};
  for (ptrdiff_t i = 0; i < width; i += 16) {
    ptrdiff_t rest = width - i;
    f32x16 r = rest >= 16 ? V(load)(reference + i) : V(load_part)(reference + i, rest, -INFINITY);
    f32x16 y = rest >= 16 ? V(load)(x + i) : V(load_part)(x + i, rest, 0);
    f32x16 p = V(exp)(r - peak);
    f64x16 term = V(widen)(p) * (V(widen)(r) - V(widen)(y) + shift);
    // What has no probability adds nothing, be its logarithm infinite.
    for (int lane = 0; lane < 16; lane++)
      if (p[lane] == 0) term[lane] = 0;
    total += term;
  }
  return V(sum)(total) / mass;
}

static void V(divergence_gradient)(
  const float *x, const float *reference, double weight, float *out, ptrdiff_t width) {
  float maximum = V(row_maximum)(x, width), peak = V(row_maximum)(reference, width);
  float factor = (float)(weight / V(row_exponentials)(x, maximum, out, width));
  float mass = (float)(weight / V(row_exponentials)(reference, peak, NULL, width));
  ptrdiff_t i = 0;
  for (; i + 16 <= width; i += 16) {
    f32x16 p = V(exp)(V(load)(reference + i) - peak) * mass;
    V(store)(out + i, V(load)(out + i) * factor - p);
  }
  if (i < width) {
    f32x16 p = V(exp)(V(load_part)(reference + i, width - i, -INFINITY) - peak) * mass;
    V(store_part)(out + i, V(load_part)(out + i, width - i, 0) * factor - p, width - i);
  }
}
#endif
