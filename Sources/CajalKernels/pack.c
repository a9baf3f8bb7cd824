// SPDX-License-Identifier: Apache-2.0
// Moves weights into panels of 32 outputs, [outputs / 32][inner][32], without changing their type.
#include <string.h>

#include "CajalKernels.h"

#define PACK(name, T)                                                                         \
  static void name(                                                                           \
    const char *source, ptrdiff_t output_stride, ptrdiff_t inner_stride, ptrdiff_t count,     \
    ptrdiff_t inner, T *panels, ptrdiff_t at) {                                               \
    /* Blocks of inner positions keep the lines of a transposed source in the cache. */       \
    for (ptrdiff_t start = 0; start < inner; start += 64) {                                   \
      ptrdiff_t end = start + 64 < inner ? start + 64 : inner;                                \
      for (ptrdiff_t o = 0; o < count; o++) {                                                 \
        ptrdiff_t to = at + o;                                                                \
        T *out = panels + (to / CAJAL_PANEL) * inner * CAJAL_PANEL + to % CAJAL_PANEL;        \
        const char *in = source + o * output_stride * (ptrdiff_t)sizeof(T);                   \
        for (ptrdiff_t k = start; k < end; k++)                                               \
          memcpy(                                                                             \
            out + k * CAJAL_PANEL, in + k * inner_stride * (ptrdiff_t)sizeof(T), sizeof(T));  \
      }                                                                                       \
    }                                                                                         \
  }
PACK(pack_words, uint32_t)
PACK(pack_halves, uint16_t)

void cajal_pack(
  const void *source, ptrdiff_t output_stride, ptrdiff_t inner_stride, ptrdiff_t count,
  ptrdiff_t inner, int type, void *panels, ptrdiff_t at) {
  if (type == CAJAL_FLOAT32)
    pack_words(source, output_stride, inner_stride, count, inner, panels, at);
  else
    pack_halves(source, output_stride, inner_stride, count, inner, panels, at);
}

void cajal_unpack_row(const void *panels, ptrdiff_t inner, int type, ptrdiff_t index, float *out) {
  ptrdiff_t start = (index / CAJAL_PANEL) * inner * CAJAL_PANEL + index % CAJAL_PANEL;
  if (type == CAJAL_FLOAT32) {
    const float *p = (const float *)panels + start;
    for (ptrdiff_t k = 0; k < inner; k++) out[k] = p[k * CAJAL_PANEL];
    return;
  }
  const uint16_t *p = (const uint16_t *)panels + start;
  uint16_t line[256];
  int from = type == CAJAL_BFLOAT16 ? CAJAL_FROM_BFLOAT16 : CAJAL_FROM_FLOAT16;
  for (ptrdiff_t k = 0; k < inner; k += 256) {
    ptrdiff_t length = inner - k < 256 ? inner - k : 256;
    for (ptrdiff_t i = 0; i < length; i++) line[i] = p[(k + i) * CAJAL_PANEL];
    cajal_convert(line, from, out + k, length);
  }
}
