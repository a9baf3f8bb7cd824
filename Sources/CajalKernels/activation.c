// SPDX-License-Identifier: Apache-2.0
// Activations of many elements. A gated kernel multiplies the rounded activation, so it gives the
// bits of the two steps.
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
#include "nonlinearity.h"

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
  // A loop of its own for each activation, once the compiler folds the choice away; without
  // optimisation ten copies of a choice of ten would only take long to compile.
#ifdef __OPTIMIZE__
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
#else
  V(activate_as)(activation, x, linear, out, count);
#endif
}

static void V(soft_cap)(const float *x, float cap, float *out, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + 16 <= count; i += 16) V(store)(out + i, cap * V(tanh)(V(load)(x + i) / cap));
  if (i < count)
    V(store_part)(out + i, cap * V(tanh)(V(load_part)(x + i, count - i, 0) / cap), count - i);
}
#endif
