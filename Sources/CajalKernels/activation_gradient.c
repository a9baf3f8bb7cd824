// SPDX-License-Identifier: Apache-2.0
// Cotangents of activations: the slope at x times the cotangent. The slope shares its exponential
// with the value, and the gated kernel's value has the bits of the forward pass, so both cotangents
// of a gated product have the bits of the two steps.
#ifndef CAJAL_PASS
#define CAJAL_FILE "activation_gradient.c"
#include "each_variant.h"

void cajal_activate_gradient(
  int activation, const float *x, const float *cotangent, float *out, ptrdiff_t count) {
  CAJAL_DISPATCH(activate_gradient, activation, x, cotangent, out, count);
}
void cajal_gate_gradient(
  int activation, const float *x, const float *linear, const float *cotangent, float *x_out,
  float *linear_out, ptrdiff_t count) {
  CAJAL_DISPATCH(gate_gradient, activation, x, linear, cotangent, x_out, linear_out, count);
}
void cajal_soft_cap_gradient(
  const float *y, float cap, const float *cotangent, float *out, ptrdiff_t count) {
  CAJAL_DISPATCH(soft_cap_gradient, y, cap, cotangent, out, count);
}
#else
#include "nonlinearity.h"

INLINE f32x16 V(clamp)(f32x16 x, float limit) {
  x = V(choose)(x > limit, V(splat)(limit), x);
  return V(choose)(x < -limit, V(splat)(-limit), x);
}

/// The value x · σ(a) in `value` and its slope σ(a) · (1 + x a′ · σ(-a)), where `turn` is x a′. Both
/// sigmoids are exact to some ulp in the tails (1 - σ would multiply its rounding by x); only where the
/// slope's two terms cancel is the error not small beside the result, but beside them.
INLINE f32x16 V(sigmoid_times_slope)(f32x16 x, f32x16 argument, f32x16 turn, f32x16 *value) {
  f32x16 e = V(exp_minus_size)(argument);
  *value = V(sigmoid_times)(x, argument, e);
  f32x16 larger = 1.0f / (1.0f + e), smaller = e * larger;
  i32x16 negative = argument < 0;
  f32x16 here = V(choose)(negative, smaller, larger);
  f32x16 opposite = V(choose)(negative, larger, smaller);
  return here * V(fma)(turn, opposite, V(splat)(1.0f));
}

/// The slope at x; `value` gets the activation with the bits of V(activation). Arguments are held
/// where the exponential is 0, so that no infinity meets a zero. Errors, in ulp of the larger of the
/// slope's two terms: 8 and the exponential's argument times its roundings, as in the forward pass.
INLINE f32x16 V(slope)(const int activation, f32x16 x, f32x16 *value) {
  const f32x16 zero = {0}, one = V(splat)(1.0f);
  switch (activation) {
    case CAJAL_GELU_EXACT: {
      // Φ(x) + x · e^(-x²/2) / √(2π)
      f32x16 power, tail = V(gaussian_tail)(x, &power);
      f32x16 below = V(choose)(x > 0, 1.0f - tail, tail);
      *value = x * below;
      return V(fma)(V(clamp)(x, 15.0f) * power, V(splat)(0.3989422804014327f), below);
    }
    case CAJAL_GELU_TANH: {
      f32x16 held = V(clamp)(x, 20.0f);
      f32x16 cubic = V(fma)(held * held, V(splat)(3 * 0.044715f), one);
      f32x16 turn = (held * 1.5957691216057308f) * cubic;
      return V(sigmoid_times_slope)(x, V(gelu_argument)(held), turn, value);
    }
    case CAJAL_RELU:
      *value = V(choose)(x < 0, zero, x);
      return V(choose)(x <= 0, zero, V(choose)(x == x, one, x));
    case CAJAL_RELU_SQUARED: {
      f32x16 positive = V(choose)(x < 0, zero, x);
      *value = positive * positive;
      return positive + positive;
    }
    case CAJAL_SILU: {
      f32x16 held = V(clamp)(x, 128.0f);
      return V(sigmoid_times_slope)(x, held, held, value);
    }
    case CAJAL_QUICK_GELU: {
      f32x16 argument = V(clamp)(x, 128.0f) * 1.702f;
      return V(sigmoid_times_slope)(x, argument, argument, value);
    }
    case CAJAL_TANH: {
      // 1 - tanh² = 4 e^(-2|x|) / (1 + e^(-2|x|))²
      *value = V(tanh)(x);
      f32x16 e = V(exp_minus_size)(x + x);
      f32x16 part = 1.0f / (1.0f + e);
      return (4.0f * e * part) * part;
    }
    case CAJAL_SIGMOID: {
      f32x16 e = V(exp_minus_size)(x);
      *value = V(sigmoid_times)(one, x, e);
      f32x16 part = 1.0f / (1.0f + e);
      return (e * part) * part;
    }
    case CAJAL_EXPONENTIAL: return *value = V(exp)(x);
    default: *value = x; return one;
  }
}

INLINE void V(activate_gradient_as)(
  const int activation, const float *x, const float *cotangent, float *out, ptrdiff_t count) {
  ptrdiff_t i = 0;
  f32x16 value;
  for (; i + 16 <= count; i += 16)
    V(store)(out + i, V(load)(cotangent + i) * V(slope)(activation, V(load)(x + i), &value));
  if (i < count) {
    f32x16 slope = V(slope)(activation, V(load_part)(x + i, count - i, 0), &value);
    V(store_part)(out + i, V(load_part)(cotangent + i, count - i, 0) * slope, count - i);
  }
}

INLINE void V(gate_gradient_as)(
  const int activation, const float *x, const float *linear, const float *cotangent, float *x_out,
  float *linear_out, ptrdiff_t count) {
  ptrdiff_t i = 0;
  f32x16 value;
  for (; i + 16 <= count; i += 16) {
    f32x16 slope = V(slope)(activation, V(load)(x + i), &value), g = V(load)(cotangent + i);
    if (x_out) V(store)(x_out + i, (g * V(load)(linear + i)) * slope);
    if (linear_out) V(store)(linear_out + i, g * value);
  }
  if (i < count) {
    ptrdiff_t rest = count - i;
    f32x16 slope = V(slope)(activation, V(load_part)(x + i, rest, 0), &value);
    f32x16 g = V(load_part)(cotangent + i, rest, 0);
    if (x_out) V(store_part)(x_out + i, (g * V(load_part)(linear + i, rest, 0)) * slope, rest);
    if (linear_out) V(store_part)(linear_out + i, g * value, rest);
  }
}

// A loop of its own for each activation, once the compiler folds the choice away; without optimisation
// ten copies of a choice of ten would only take long to compile.
#define EACH_ACTIVATION      \
  AS(CAJAL_GELU_EXACT)       \
  AS(CAJAL_GELU_TANH)        \
  AS(CAJAL_RELU)             \
  AS(CAJAL_RELU_SQUARED)     \
  AS(CAJAL_SILU)             \
  AS(CAJAL_QUICK_GELU)       \
  AS(CAJAL_TANH)             \
  AS(CAJAL_SIGMOID)          \
  AS(CAJAL_EXPONENTIAL)      \
  AS(CAJAL_IDENTITY)

static void V(activate_gradient)(
  int activation, const float *x, const float *cotangent, float *out, ptrdiff_t count) {
#ifdef __OPTIMIZE__
#define AS(name) \
  case name: V(activate_gradient_as)(name, x, cotangent, out, count); break;
  switch (activation) { EACH_ACTIVATION }
#undef AS
#else
  V(activate_gradient_as)(activation, x, cotangent, out, count);
#endif
}

static void V(gate_gradient)(
  int activation, const float *x, const float *linear, const float *cotangent, float *x_out,
  float *linear_out, ptrdiff_t count) {
#ifdef __OPTIMIZE__
#define AS(name) \
  case name: V(gate_gradient_as)(name, x, linear, cotangent, x_out, linear_out, count); break;
  switch (activation) { EACH_ACTIVATION }
#undef AS
#else
  V(gate_gradient_as)(activation, x, linear, cotangent, x_out, linear_out, count);
#endif
}
#undef EACH_ACTIVATION

/// From the value y = cap · tanh(x / cap): the slope is (1 - y/cap) (1 + y/cap), error below 4 · 2^-24.
static void V(soft_cap_gradient)(
  const float *y, float cap, const float *cotangent, float *out, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + 16 <= count; i += 16) {
    f32x16 u = V(load)(y + i) / cap;
    V(store)(out + i, V(load)(cotangent + i) * ((1.0f - u) * (1.0f + u)));
  }
  if (i < count) {
    f32x16 u = V(load_part)(y + i, count - i, 0) / cap;
    f32x16 g = V(load_part)(cotangent + i, count - i, 0);
    V(store_part)(out + i, g * ((1.0f - u) * (1.0f + u)), count - i);
  }
}
#endif
