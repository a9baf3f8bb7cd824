// SPDX-License-Identifier: Apache-2.0
// Element by element; every element has its own chain, so these loops may be vectorised freely.
#ifndef CAJAL_PASS
#define CAJAL_FILE "arithmetic.c"
#include "each_variant.h"

void cajal_add(const float *a, const float *b, float *out, ptrdiff_t count) {
  CAJAL_DISPATCH(add, a, b, out, count);
}
void cajal_subtract(const float *a, const float *b, float *out, ptrdiff_t count) {
  CAJAL_DISPATCH(subtract, a, b, out, count);
}
void cajal_multiply(const float *a, const float *b, float *out, ptrdiff_t count) {
  CAJAL_DISPATCH(multiply, a, b, out, count);
}
void cajal_scale(const float *a, float factor, float *out, ptrdiff_t count) {
  CAJAL_DISPATCH(scale, a, factor, out, count);
}
void cajal_add_to_rows(
  const float *x, const float *bias, float *out, ptrdiff_t rows, ptrdiff_t width) {
  CAJAL_DISPATCH(add_to_rows, x, bias, out, rows, width);
}
void cajal_multiply_rows(
  const float *x, const float *gain, float *out, ptrdiff_t rows, ptrdiff_t width) {
  CAJAL_DISPATCH(multiply_rows, x, gain, out, rows, width);
}
void cajal_divide_rows(
  const float *x, const float *scale, float *out, ptrdiff_t rows, ptrdiff_t width) {
  CAJAL_DISPATCH(divide_rows, x, scale, out, rows, width);
}
void cajal_add_scaled(const float *x, float factor, float *out, ptrdiff_t count) {
  CAJAL_DISPATCH(add_scaled, x, factor, out, count);
}
bool cajal_is_finite(const float *x, ptrdiff_t count) { CAJAL_DISPATCH(is_finite, x, count); }
#else

static void V(add)(const float *a, const float *b, float *out, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) out[i] = a[i] + b[i];
}
static void V(subtract)(const float *a, const float *b, float *out, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) out[i] = a[i] - b[i];
}
static void V(multiply)(const float *a, const float *b, float *out, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) out[i] = a[i] * b[i];
}
static void V(scale)(const float *a, float factor, float *out, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) out[i] = a[i] * factor;
}
static void V(add_to_rows)(
  const float *x, const float *bias, float *out, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) V(add)(x + r * width, bias, out + r * width, width);
}
static void V(multiply_rows)(
  const float *x, const float *gain, float *out, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) V(multiply)(x + r * width, gain, out + r * width, width);
}
static void V(divide_rows)(
  const float *x, const float *scale, float *out, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++)
    for (ptrdiff_t i = 0; i < width; i++) out[r * width + i] = x[r * width + i] / scale[r];
}
static void V(add_scaled)(const float *x, float factor, float *out, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) out[i] = V(fma1)(x[i], factor, out[i]);
}
/// A float is not finite when its exponent is all ones.
static bool V(is_finite)(const float *x, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + 256 <= count; i += 256) {
    i32x16 bad = {0};
    for (int j = 0; j < 256; j += 16)
      bad |= ((i32x16)V(load)(x + i + j) & 0x7f800000) == 0x7f800000;
    int any = 0;
    for (int lane = 0; lane < 16; lane++) any |= bad[lane];
    if (any) return false;
  }
  for (; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    if ((bits & 0x7f800000u) == 0x7f800000u) return false;
  }
  return true;
}
#endif
