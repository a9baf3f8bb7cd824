// SPDX-License-Identifier: Apache-2.0
// Sixteen floats at a time, for one processor variant. Narrower registers take several of them; the
// lanes and so the order of every sum are the same in all variants.
#ifndef CAJAL_VECTOR_TYPES
#define CAJAL_VECTOR_TYPES
typedef float f32x16 __attribute__((vector_size(64)));
typedef float f32x16_any __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t i32x16 __attribute__((vector_size(64)));
typedef double f64x16 __attribute__((vector_size(128)));
#endif

INLINE f32x16 V(load)(const float *p) { return *(const f32x16_any *)p; }
INLINE void V(store)(float *p, f32x16 x) { *(f32x16_any *)p = x; }
/// The first `count` < 16 lanes; the others are `fill`.
INLINE f32x16 V(load_part)(const float *p, ptrdiff_t count, float fill) {
  f32x16 x = fill - (f32x16){0};
  memcpy(&x, p, (size_t)count * sizeof(float));
  return x;
}
INLINE void V(store_part)(float *p, f32x16 x, ptrdiff_t count) {
  memcpy(p, &x, (size_t)count * sizeof(float));
}
INLINE f32x16 V(splat)(float x) { return x - (f32x16){0}; }
INLINE f32x16 V(fma)(f32x16 a, f32x16 b, f32x16 c) {
#if CAJAL_FUSED
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}
INLINE float V(fma1)(float a, float b, float c) {
#if CAJAL_FUSED
  return __builtin_fmaf(a, b, c);
#else
  return a * b + c;
#endif
}
INLINE f32x16 V(choose)(i32x16 condition, f32x16 yes, f32x16 no) {
  return (f32x16)((condition & (i32x16)yes) | (~condition & (i32x16)no));
}
INLINE f64x16 V(widen)(f32x16 x) { return __builtin_convertvector(x, f64x16); }
/// Sum of the lanes: a fixed tree.
INLINE double V(sum)(f64x16 x) {
  double part[16];
  memcpy(part, &x, sizeof part);
  for (int width = 8; width > 0; width /= 2)
    for (int i = 0; i < width; i++) part[i] += part[i + width];
  return part[0];
}

/// e^x for x <= 89, error below 1.1 ulp (1.5 without fused multiply-add), subnormal results included.
/// Cody-Waite reduction to |r| <= ln 2 / 2, Taylor polynomial of degree 7 (truncation 5e-9),
/// scaling in two exact steps. NaN stays NaN.
INLINE f32x16 V(exp_bounded)(f32x16 x) {
  // Below -104 the result is zero, made so by a factor: an underflow would trap into microcode.
  i32x16 alive = ~(x < -104.0f);
  x = V(choose)(alive, x, V(splat)(-104.0f));
  const f32x16 magic = V(splat)(0x1.8p23f);  // adding it rounds to an integer in the low bits
  f32x16 shifted = V(fma)(x, V(splat)(0x1.715476p0f), magic);
  f32x16 n = shifted - magic;
  i32x16 whole = (i32x16)shifted - (i32x16)magic;
  f32x16 r = V(fma)(n, V(splat)(-0.693359375f), x);  // the product is exact: 9 bits × 8 bits
  r = V(fma)(n, V(splat)(2.12194440e-4f), r);
  f32x16 p = V(splat)(1.0f / 5040);
  p = V(fma)(p, r, V(splat)(1.0f / 720));
  p = V(fma)(p, r, V(splat)(1.0f / 120));
  p = V(fma)(p, r, V(splat)(1.0f / 24));
  p = V(fma)(p, r, V(splat)(1.0f / 6));
  p = V(fma)(p, r, V(splat)(0.5f));
  p = V(fma)(p, r * r, r) + 1.0f;
  i32x16 half = whole >> 1;
  f32x16 first = (f32x16)((half + 127) << 23);
  f32x16 second = (f32x16)(((whole - half + 127) << 23) & alive);
  return (p * first) * second;
}

/// e^x for every x, infinity beyond 89.
INLINE f32x16 V(exp)(f32x16 x) {
  return V(exp_bounded)(V(choose)(x > 89.0f, V(splat)(89.0f), x));
}

/// tanh x, error below 2 ulp. Near zero the odd polynomial of Cephes' tanhf (Moshier), else
/// 1 - 2 / (e^2|x| + 1).
INLINE f32x16 V(tanh)(f32x16 x) {
  i32x16 sign = (i32x16)x & (i32x16)V(splat)(-0.0f);
  f32x16 size = (f32x16)((i32x16)x & ~(i32x16)V(splat)(-0.0f));
  f32x16 z = x * x;
  f32x16 p = V(splat)(-5.70498872745e-3f);
  p = V(fma)(p, z, V(splat)(2.06390887954e-2f));
  p = V(fma)(p, z, V(splat)(-5.37397155531e-2f));
  p = V(fma)(p, z, V(splat)(1.33314422036e-1f));
  p = V(fma)(p, z, V(splat)(-3.33332819422e-1f));
  f32x16 near = V(fma)(p * z, x, x);
  f32x16 far = 1.0f - 2.0f / (V(exp)(size + size) + 1.0f);
  return (f32x16)((i32x16)V(choose)(size < 0.625f, near, far) | sign);
}
