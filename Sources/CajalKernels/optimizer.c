// SPDX-License-Identifier: Apache-2.0
// One step of an optimizer: parameter, gradient and moments in one pass over memory.
#ifndef CAJAL_PASS
#define CAJAL_FILE "optimizer.c"
#include "each_variant.h"

void cajal_adamw_step(
  const cajal_adamw *options, const float *gradient, float *parameter, float *first, float *second,
  ptrdiff_t count) {
  CAJAL_DISPATCH(adamw_step, options, gradient, parameter, first, second, count);
}

void cajal_sgd_step(
  const cajal_sgd *options, const float *gradient, float *parameter, float *momentum,
  ptrdiff_t count) {
  CAJAL_DISPATCH(sgd_step, options, gradient, parameter, momentum, count);
}

double cajal_sum_of_squares(const float *x, ptrdiff_t count) {
  CAJAL_DISPATCH(sum_of_squares, x, count);
}
#else

// Every change is a small number times a rate and is rounded as such: factors near one, whose own
// rounding would pile up over the steps, do not occur.
INLINE void V(adamw_lanes)(
  const cajal_adamw *o, f32x16 gradient, f32x16 *parameter, f32x16 *first, f32x16 *second) {
  f32x16 g = gradient * o->gradient_scale;
  f32x16 m = V(fma)(V(splat)(o->first_rate), g - *first, *first);
  f32x16 v = V(fma)(V(splat)(o->second_rate), V(fma)(g, g, -*second), *second);
  f32x16 root = __builtin_elementwise_sqrt(v);
  f32x16 denominator = V(fma)(root, V(splat)(o->root_scale), V(splat)(o->epsilon));
  f32x16 change = V(fma)(V(splat)(o->decay), *parameter, m / denominator * o->step);
  *parameter = *parameter - change;
  *first = m;
  *second = v;
}

static void V(adamw_step)(
  const cajal_adamw *options, const float *gradient, float *parameter, float *first, float *second,
  ptrdiff_t count) {
  ptrdiff_t i = 0;
  f32x16 p, m, v;
  for (; i + 16 <= count; i += 16) {
    p = V(load)(parameter + i), m = V(load)(first + i), v = V(load)(second + i);
    V(adamw_lanes)(options, V(load)(gradient + i), &p, &m, &v);
    V(store)(parameter + i, p), V(store)(first + i, m), V(store)(second + i, v);
  }
  if (i == count) return;
  ptrdiff_t rest = count - i;
  p = V(load_part)(parameter + i, rest, 0), m = V(load_part)(first + i, rest, 0);
  v = V(load_part)(second + i, rest, 1);
  V(adamw_lanes)(options, V(load_part)(gradient + i, rest, 0), &p, &m, &v);
  V(store_part)(parameter + i, p, rest), V(store_part)(first + i, m, rest);
  V(store_part)(second + i, v, rest);
}

INLINE void V(sgd_lanes)(
  const cajal_sgd *o, f32x16 gradient, f32x16 *parameter, f32x16 *momentum) {
  f32x16 g = V(fma)(V(splat)(o->weight_decay), *parameter, gradient * o->gradient_scale);
  f32x16 m = o->first ? g : V(fma)(V(splat)(o->gain), g, *momentum * o->momentum);
  f32x16 direction = o->nesterov ? V(fma)(V(splat)(o->momentum), m, g) : m;
  *parameter = V(fma)(V(splat)(-o->rate), direction, *parameter);
  *momentum = m;
}

static void V(sgd_step)(
  const cajal_sgd *options, const float *gradient, float *parameter, float *momentum,
  ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i += 16) {
    ptrdiff_t width = count - i < 16 ? count - i : 16;
    f32x16 p = V(load_part)(parameter + i, width, 0), g = V(load_part)(gradient + i, width, 0);
    f32x16 m = momentum ? V(load_part)(momentum + i, width, 0) : (f32x16){0};
    V(sgd_lanes)(options, g, &p, &m);
    V(store_part)(parameter + i, p, width);
    if (momentum) V(store_part)(momentum + i, m, width);
  }
}

static double V(sum_of_squares)(const float *x, ptrdiff_t count) {
  f64x16 sum = {0};
  ptrdiff_t i = 0;
  for (; i + 16 <= count; i += 16) {
    f64x16 wide = V(widen)(V(load)(x + i));
    sum += wide * wide;
  }
  if (i < count) {
    f64x16 wide = V(widen)(V(load_part)(x + i, count - i, 0));
    sum += wide * wide;
  }
  return V(sum)(sum);
}
#endif
