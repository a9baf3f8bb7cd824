// SPDX-License-Identifier: Apache-2.0
// The nonlinearities of language models, sixteen elements at a time. A gated kernel multiplies the
// rounded activation, so it gives the bits of the two steps.
#ifndef CAJAL_PASS
#define CAJAL_FILE "activation.c"
#include "each_variant.h"

void cajal_activate(
  int activation, const float *x, const float *linear, float *out, ptrdiff_t count) {
  CAJAL_DISPATCH(activate, activation, x, linear, out, count);
}
void cajal_soft_cap(const float *x, float cap, float *out, ptrdiff_t count) {
  CAJAL_DISPATCH(soft_cap, x, cap, out, count);
}
#else

/// x · Φ(x), error below 5 ulp for both signs (8 where the tail is subnormal, 3 + x² without fused
/// multiply-add): no difference of nearly equal numbers is taken.
/// Φ(-a) = e^(-a²/2) · erfcx(a / √2) / 2; the second factor is t · P(t) with t = 1 / (1 + 0.3 a), P of
/// degree 9 fitted by weighted least squares to scipy's erfcx (relative error 3.5e-9 up to a = 14.5).
INLINE f32x16 V(gelu_exact)(f32x16 x) {
  f32x16 a = (f32x16)((i32x16)x & 0x7fffffff);
  // Beyond 15 the tail is 0 in float, and the square would overflow.
  a = V(choose)(a > 15.0f, V(splat)(15.0f), a);
  f32x16 t = 1.0f / V(fma)(a, V(splat)(0.3f), V(splat)(1.0f));
  f32x16 p = V(splat)(-0.020623552033888024f);
  p = V(fma)(p, t, V(splat)(0.11243606238773246f));
  p = V(fma)(p, t, V(splat)(-0.2282146508391568f));
  p = V(fma)(p, t, V(splat)(0.19178592546149653f));
  p = V(fma)(p, t, V(splat)(-0.07942463534341505f));
  p = V(fma)(p, t, V(splat)(0.09615743761437244f));
  p = V(fma)(p, t, V(splat)(0.07838944448940185f));
  p = V(fma)(p, t, V(splat)(0.11023546758146809f));
  p = V(fma)(p, t, V(splat)(0.11957180889087377f));
  p = V(fma)(p, t, V(splat)(0.119686690061231f));
  // The rounding error of the square would be multiplied by it; with fused multiply-add it is known.
  f32x16 half = a * 0.5f;
  f32x16 square = half * a;
  f32x16 error = V(fma)(half, a, -square);
  f32x16 power = V(exp)(-square);
  f32x16 tail = (p * t) * V(fma)(-error, power, power);
  return x * V(choose)(x > 0, 1.0f - tail, tail);
}

/// x / (1 + e^(-argument)), error below 4 ulp besides the argument's own: for negative arguments
/// x · e^argument / (1 + e^argument), so that nothing overflows and tails stay exact.
INLINE f32x16 V(sigmoid_times)(f32x16 x, f32x16 argument) {
  f32x16 e = V(exp)((f32x16)((i32x16)argument | (i32x16)V(splat)(-0.0f)));
  return V(choose)(argument < 0, x * e, x) / (1.0f + e);
}

INLINE f32x16 V(activation)(const int activation, f32x16 x) {
  const f32x16 zero = {0};
  switch (activation) {
    case CAJAL_GELU_EXACT: return V(gelu_exact)(x);
    case CAJAL_GELU_TANH: {
      // x/2 · (1 + tanh u) = x / (1 + e^(-2u)), u = √(2/π) (x + 0.044715 x³); the argument 2u is
      // rounded three times, which costs up to 2 |2u| ulp.
      f32x16 cubic = V(fma)(x * x, V(splat)(0.044715f), V(splat)(1.0f));
      return V(sigmoid_times)(x, (x * 1.5957691216057308f) * cubic);
    }
    // A NaN stays one, so that a broken run shows.
    case CAJAL_RELU: return V(choose)(x < 0, zero, x);
    case CAJAL_RELU_SQUARED: {
      f32x16 positive = V(choose)(x < 0, zero, x);
      return positive * positive;
    }
    case CAJAL_SILU: return V(sigmoid_times)(x, x);
    case CAJAL_QUICK_GELU: return V(sigmoid_times)(x, x * 1.702f);
    case CAJAL_TANH: return V(tanh)(x);
    case CAJAL_SIGMOID: return V(sigmoid_times)(V(splat)(1.0f), x);
    case CAJAL_EXPONENTIAL: return V(exp)(x);
    default: return x;
  }
}

INLINE void V(activate_as)(
  const int activation, const float *x, const float *linear, float *out, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + 16 <= count; i += 16) {
    f32x16 y = V(activation)(activation, V(load)(x + i));
    V(store)(out + i, linear ? y * V(load)(linear + i) : y);
  }
  if (i < count) {
    f32x16 y = V(activation)(activation, V(load_part)(x + i, count - i, 0));
    if (linear) y *= V(load_part)(linear + i, count - i, 0);
    V(store_part)(out + i, y, count - i);
  }
}

static void V(activate)(
  int activation, const float *x, const float *linear, float *out, ptrdiff_t count) {
#define AS(name) \
  case name: V(activate_as)(name, x, linear, out, count); break;
  switch (activation) {
    AS(CAJAL_GELU_EXACT)
    AS(CAJAL_GELU_TANH)
    AS(CAJAL_RELU)
    AS(CAJAL_RELU_SQUARED)
    AS(CAJAL_SILU)
    AS(CAJAL_QUICK_GELU)
    AS(CAJAL_TANH)
    AS(CAJAL_SIGMOID)
    AS(CAJAL_EXPONENTIAL)
    AS(CAJAL_IDENTITY)
  }
#undef AS
}

static void V(soft_cap)(const float *x, float cap, float *out, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + 16 <= count; i += 16) V(store)(out + i, cap * V(tanh)(V(load)(x + i) / cap));
  if (i < count)
    V(store_part)(out + i, cap * V(tanh)(V(load_part)(x + i, count - i, 0) / cap), count - i);
}
#endif
