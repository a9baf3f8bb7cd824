// SPDX-License-Identifier: Apache-2.0
// Moves weights into panels of 32 outputs, [outputs / 32][inner][32], without changing their type.
#ifndef CAJAL_PASS
#define CAJAL_FILE "pack.c"
#include "each_variant.h"

void cajal_pack(
  const void *source, ptrdiff_t output_stride, ptrdiff_t inner_stride, ptrdiff_t count,
  ptrdiff_t inner, int type, void *panels, ptrdiff_t at) {
  CAJAL_DISPATCH(pack, source, output_stride, inner_stride, count, inner, type, panels, at);
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
#else
#include "tile.h"

#include "square.h"

/// A square of elements whose inner positions lie side by side in the source.
INLINE void V(pack_square)(const char *in, ptrdiff_t row_bytes, const int size, char *out) {
  LANES square[CAJAL_LANES];
#pragma clang loop unroll(full)
  for (int r = 0; r < CAJAL_LANES; r++) {
    const char *row = in + r * row_bytes;
    if (size == 4)
      square[r] = *(const V(lanes_any) *)row;
    else
      square[r] = (LANES)__builtin_convertvector(*(const V(halves_any) *)row, V(words));
  }
  V(transpose_square)(square);
#pragma clang loop unroll(full)
  for (int r = 0; r < CAJAL_LANES; r++) {
    char *line = out + r * CAJAL_PANEL * size;
    if (size == 4)
      *(V(lanes_any) *)line = square[r];
    else
      *(V(halves_any) *)line = __builtin_convertvector((V(words))square[r], V(halves_any));
  }
}

/// At most 32 outputs of one panel. Where outputs lie side by side in the source each inner position
/// is one copy; where inner positions do, squares are turned in registers.
INLINE void V(pack_panel)(
  const char *in, ptrdiff_t output_stride, ptrdiff_t inner_stride, ptrdiff_t count,
  ptrdiff_t inner, const int size, char *out) {
  if (output_stride == 1) {
    for (ptrdiff_t k = 0; k < inner; k++)
      memcpy(out + k * CAJAL_PANEL * size, in + k * inner_stride * size, (size_t)(count * size));
    return;
  }
  ptrdiff_t squares = inner_stride == 1 ? count / CAJAL_LANES * CAJAL_LANES : 0;
  ptrdiff_t turned = squares > 0 ? inner / CAJAL_LANES * CAJAL_LANES : 0;
  for (ptrdiff_t k = 0; k < turned; k += CAJAL_LANES)
    for (ptrdiff_t o = 0; o < squares; o += CAJAL_LANES)
      V(pack_square)(
        in + (o * output_stride + k) * size, output_stride * size, size,
        out + (k * CAJAL_PANEL + o) * size);
  for (ptrdiff_t o = 0; o < count; o++)
    for (ptrdiff_t k = o < squares ? turned : 0; k < inner; k++)
      memcpy(
        out + (k * CAJAL_PANEL + o) * size, in + (o * output_stride + k * inner_stride) * size,
        (size_t)size);
}

static void V(pack)(
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
      V(pack_panel)(in, output_stride, inner_stride, part, inner, 4, out);
    else
      V(pack_panel)(in, output_stride, inner_stride, part, inner, 2, out);
    o += part;
  }
}
#endif
