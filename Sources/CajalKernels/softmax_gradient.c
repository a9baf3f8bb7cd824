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
typedef long long i64x16 __attribute__((vector_size(128)));

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

INLINE f64x16 V(choose64)(i64x16 condition, f64x16 yes, f64x16 no) {
  return (f64x16)((condition & (i64x16)yes) | (~condition & (i64x16)no));
}

/// e^d - 1 for |d| <= 1, relative error below 1e-10.
INLINE f64x16 V(small_exp_minus_one)(f64x16 d) {
  f64x16 p = d * (1.0 / 479001600);
  static const double inverse[] = {1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320,
                                   1.0 / 5040,     1.0 / 720,     1.0 / 120,    1.0 / 24,
                                   1.0 / 6,        0.5,           1.0};
  for (int k = 0; k < 11; k++) p = (p + inverse[k]) * d;
  return p;
}

/// Σ p · (log p - log q) with the softmaxes p of `reference` and q of x. With d = x - reference it is
/// log(1 + Σ p (e^d - 1)) - Σ p d, in which the rounding of p is small beside the result even where
/// that is tiny; a difference of two logarithms of sums would leave 1e-7.
static double V(divergence)(const float *x, const float *reference, ptrdiff_t width) {
  const float maximum = V(row_maximum)(x, width), peak = V(row_maximum)(reference, width);
  const double raise = (double)maximum - (double)peak;
  const bool near = raise > -60 && raise < 60;
  const double lift = near ? exp(raise) : 0;
  const f64x16 none = {0};
  f64x16 total = none, grown = none, along = none;
  double sum = near ? 0 : V(row_exponentials)(x, maximum, NULL, width);
  for (ptrdiff_t i = 0; i < width; i += 16) {
    const ptrdiff_t rest = width - i;
    f32x16 r = rest >= 16 ? V(load)(reference + i) : V(load_part)(reference + i, rest, -INFINITY);
    f32x16 y = rest >= 16 ? V(load)(x + i) : V(load_part)(x + i, rest, -INFINITY);
    f64x16 p = V(widen)(V(exp)(r - peak)), q = V(widen)(V(exp)(y - maximum)) * lift;
    f64x16 d = V(widen)(y) - V(widen)(r);
    total += p;
    grown += V(choose64)((d >= -1) & (d <= 1), p * V(small_exp_minus_one)(d), q - p);
    // What has no probability adds nothing, be its logarithm infinite.
    along += V(choose64)(p != 0, p * d, none);
  }
  const double mass = V(sum)(total), linear = V(sum)(along) / mass;
  if (near) return log1p(V(sum)(grown) / mass) - linear;
  return raise + log(sum) - log(mass) - linear;
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
