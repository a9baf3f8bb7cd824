// SPDX-License-Identifier: Apache-2.0
// Moves weights into panels of 32 outputs, [outputs / 32][inner][32], without changing their type.
#include <string.h>

#include "CajalKernels.h"

// At most 32 outputs of one panel. Where outputs lie side by side in the source (stride 1)
// each inner position is one copy; else blocks of inner positions keep both sides in the cache.
#define PACK_PANEL(name, T)                                                                   \
  static void name(                                                                           \
    const char *source, ptrdiff_t output_stride, ptrdiff_t inner_stride, ptrdiff_t count,     \
    ptrdiff_t inner, T *out) {                                                                \
    const ptrdiff_t size = sizeof(T);                                                         \
    if (output_stride == 1) {                                                                 \
      for (ptrdiff_t k = 0; k < inner; k++)                                                   \
        memcpy(out + k * CAJAL_PANEL, source + k * inner_stride * size, (size_t)(count * size)); \
      return;                                                                                 \
    }                                                                                         \
    for (ptrdiff_t start = 0; start < inner; start += 64) {                                   \
      ptrdiff_t end = start + 64 < inner ? start + 64 : inner;                                \
      for (ptrdiff_t o = 0; o < count; o++) {                                                 \
        const char *in = source + o * output_stride * size;                                   \
        for (ptrdiff_t k = start; k < end; k++)                                               \
          memcpy(out + k * CAJAL_PANEL + o, in + k * inner_stride * size, sizeof(T));         \
      }                                                                                       \
    }                                                                                         \
  }
PACK_PANEL(pack_words, uint32_t)
PACK_PANEL(pack_halves, uint16_t)

void cajal_pack(
  const void *source, ptrdiff_t output_stride, ptrdiff_t inner_stride, ptrdiff_t count,
  ptrdiff_t inner, int type, void *panels, ptrdiff_t at) {
  const ptrdiff_t size = type == CAJAL_FLOAT32 ? 4 : 2;
  for (ptrdiff_t o = 0; o < count;) {
    ptrdiff_t place = (at + o) % CAJAL_PANEL;
    ptrdiff_t part = count - o < CAJAL_PANEL - place ? count - o : CAJAL_PANEL - place;
    const char *in = (const char *)source + o * output_stride * size;
    ptrdiff_t to = ((at + o) / CAJAL_PANEL * inner * CAJAL_PANEL + place) * size;
    char *out = (char *)panels + to;
    if (type == CAJAL_FLOAT32)
      pack_words(in, output_stride, inner_stride, part, inner, (uint32_t *)out);
    else
      pack_halves(in, output_stride, inner_stride, part, inner, (uint16_t *)out);
    o += part;
  }
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
