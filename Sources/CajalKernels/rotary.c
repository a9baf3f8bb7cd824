// SPDX-License-Identifier: Apache-2.0
// Rotary position embedding: each pair of a head's components turns by the angle of its position.
#ifndef CAJAL_PASS
#define CAJAL_FILE "rotary.c"
#include "each_variant.h"

void cajal_rotate(
  const float *x, const float *cosine, const float *sine, bool interleaved, bool back,
  ptrdiff_t rows, ptrdiff_t heads, ptrdiff_t head_width, ptrdiff_t width, float *out) {
  CAJAL_DISPATCH(
    rotate, x, cosine, sine, interleaved, back, rows, heads, head_width, width, out);
}
#else

static void V(rotate)(
  const float *x, const float *cosine, const float *sine, bool interleaved, bool back,
  ptrdiff_t rows, ptrdiff_t heads, ptrdiff_t head_width, ptrdiff_t width, float *out) {
  const ptrdiff_t half = width / 2;
  const float sign = back ? -1 : 1;
  for (ptrdiff_t r = 0; r < rows; r++, cosine += half, sine += half)
    for (ptrdiff_t h = 0; h < heads; h++, x += head_width, out += head_width) {
      if (interleaved)
        for (ptrdiff_t i = 0; i < half; i++) {
          float a = x[2 * i], b = x[2 * i + 1], s = sign * sine[i];
          out[2 * i] = V(fma1)(a, cosine[i], -(b * s));
          out[2 * i + 1] = V(fma1)(b, cosine[i], a * s);
        }
      else
        for (ptrdiff_t i = 0; i < half; i++) {
          float a = x[i], b = x[i + half], s = sign * sine[i];
          out[i] = V(fma1)(a, cosine[i], -(b * s));
          out[i + half] = V(fma1)(b, cosine[i], a * s);
        }
      memcpy(out + width, x + width, (size_t)(head_width - width) * sizeof(float));
    }
}
#endif
