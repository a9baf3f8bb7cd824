// SPDX-License-Identifier: Apache-2.0
// Products with weights that were packed once, in their stored type. See tile.h for the promise.
#ifndef CAJAL_PASS
#define CAJAL_FILE "packed_product.c"
#include "each_variant.h"

void cajal_packed_product(const cajal_product *product) {
  CAJAL_DISPATCH(packed_product, product);
}
#else
#include "tile.h"

/// Block of inner positions whose widened panel (48 KiB) stays in the nearest caches.
#define INNER_BLOCK 384

#define HALF_FUNCTIONS(r, wide)                                                                \
  static __attribute__((noinline)) void V(bfloat16_##r)(const V(tile_task) * t, ptrdiff_t n) { \
    V(tile_columns)(t, n, r, wide, CAJAL_BFLOAT16);                                            \
  }                                                                                            \
  static __attribute__((noinline)) void V(float16_##r)(const V(tile_task) * t, ptrdiff_t n) {  \
    V(tile_columns)(t, n, r, wide, CAJAL_FLOAT16);                                             \
  }
CAJAL_EACH_HEIGHT(HALF_FUNCTIONS)

#define BFLOAT16_CASE(r, wide) \
  case r: V(bfloat16_##r)(task, panels); break;
#define FLOAT16_CASE(r, wide) \
  case r: V(float16_##r)(task, panels); break;

static void V(tile_rows)(const V(tile_task) *task, ptrdiff_t panels, ptrdiff_t rows, int type) {
  if (type == CAJAL_FLOAT32) {
    V(tile_float32)(task, panels, rows);
  } else if (type == CAJAL_BFLOAT16) {
    switch (rows) { CAJAL_EACH_HEIGHT(BFLOAT16_CASE) }
  } else {
    switch (rows) { CAJAL_EACH_HEIGHT(FLOAT16_CASE) }
  }
}

/// All rows against `panels` panels of one inner block, in tiles of nearly equal height.
static void V(all_rows)(V(tile_task) task, ptrdiff_t panels, ptrdiff_t rows, int type) {
  ptrdiff_t tiles = (rows + CAJAL_TILE_ROWS - 1) / CAJAL_TILE_ROWS;
  for (ptrdiff_t tile = 0, row = 0; tile < tiles; tile++) {
    ptrdiff_t height = (rows - row + tiles - tile - 1) / (tiles - tile);
    V(tile_rows)(&task, panels, height, type);
    task.x += height * task.x_stride;
    task.out += height * task.out_stride;
    row += height;
  }
}

static void V(widen_panel)(const char *panel, ptrdiff_t inner, int type, float *out) {
  for (ptrdiff_t i = 0; i < inner * CAJAL_PANEL; i += CAJAL_LANES) {
    if (type == CAJAL_BFLOAT16)
      *(V(lanes_any) *)(out + i) = V(load_weights)(panel + i * 2, CAJAL_BFLOAT16);
    else
      *(V(lanes_any) *)(out + i) = V(load_weights)(panel + i * 2, CAJAL_FLOAT16);
  }
}

/// Whole panels: `product->outputs` is a multiple of the panel.
static void V(whole_panels)(const cajal_product *product) {
  const ptrdiff_t size = product->type == CAJAL_FLOAT32 ? 4 : 2;
  const ptrdiff_t panels = product->outputs / CAJAL_PANEL;
  const ptrdiff_t inner = product->inner;
  const ptrdiff_t panel_bytes = inner * CAJAL_PANEL * size;
  V(tile_task) task = {
    .x = product->x, .x_stride = product->x_stride, .panels = product->panels,
    .panel_stride = panel_bytes, .inner = inner, .bias = product->bias, .out = product->out,
    .out_stride = product->out_stride, .first = true,
  };
  // Few rows: the weights pass by once, straight from memory.
  if (product->rows <= 2 * CAJAL_TILE_ROWS) {
    V(all_rows)(task, panels, product->rows, product->type);
    return;
  }
  float wide[INNER_BLOCK * CAJAL_PANEL] __attribute__((aligned(64)));
  for (ptrdiff_t start = 0; start < inner || start == 0; start += INNER_BLOCK) {
    ptrdiff_t length = inner - start < INNER_BLOCK ? inner - start : INNER_BLOCK;
    for (ptrdiff_t panel = 0; panel < panels; panel++) {
      const char *w =
        (const char *)product->panels + panel * panel_bytes + start * CAJAL_PANEL * size;
      if (product->type != CAJAL_FLOAT32) {
        V(widen_panel)(w, length, product->type, wide);
        w = (const char *)wide;
      }
      task.x = product->x + start;
      task.panels = w;
      task.inner = length;
      task.first = start == 0;
      bool last = start + length == inner;
      task.bias = last && product->bias ? product->bias + panel * CAJAL_PANEL : NULL;
      task.out = product->out + panel * CAJAL_PANEL;
      V(all_rows)(task, 1, product->rows, CAJAL_FLOAT32);
    }
  }
}

/// Rows of the last panel that are computed aside at a time when it has fewer than 32 outputs.
#define ASIDE_ROWS 96

static void V(packed_product)(const cajal_product *product) {
  cajal_product part = *product;
  ptrdiff_t rest = product->outputs % CAJAL_PANEL;
  part.outputs -= rest;
  if (part.outputs > 0) V(whole_panels)(&part);
  if (rest == 0) return;
  const ptrdiff_t size = product->type == CAJAL_FLOAT32 ? 4 : 2;
  float aside[ASIDE_ROWS * CAJAL_PANEL] __attribute__((aligned(64)));
  float bias[CAJAL_PANEL] = {0};
  if (product->bias)
    memcpy(bias, product->bias + part.outputs, (size_t)rest * sizeof(float));
  cajal_product last = *product;
  last.panels = (const char *)product->panels + part.outputs * product->inner * size;
  last.outputs = CAJAL_PANEL;
  last.bias = product->bias ? bias : NULL;
  last.out = aside;
  last.out_stride = CAJAL_PANEL;
  for (ptrdiff_t row = 0; row < product->rows; row += ASIDE_ROWS) {
    last.x = product->x + row * product->x_stride;
    last.rows = product->rows - row < ASIDE_ROWS ? product->rows - row : ASIDE_ROWS;
    V(whole_panels)(&last);
    for (ptrdiff_t r = 0; r < last.rows; r++)
      memcpy(
        product->out + (row + r) * product->out_stride + part.outputs, aside + r * CAJAL_PANEL,
        (size_t)rest * sizeof(float));
  }
}
#endif
