// SPDX-License-Identifier: Apache-2.0
// Products with the transpose of packed weights, straight from the forward panels: what a cotangent
// of the outputs says about the inputs. See tile.h for the promise; the chain runs over outputs.
#ifndef CAJAL_PASS
#define CAJAL_FILE "transposed_product.c"
#include "each_variant.h"

void cajal_transposed_product(const cajal_transposed *product) {
  CAJAL_DISPATCH(transposed_product, product);
}
#else
#include "tile.h"

#include "square.h"

/// Outputs that many rows take at once: their turned weights stay in the nearest caches (48 KiB).
#define MANY_ROWS_BLOCK 384
/// Panels of inputs that few rows take at once, so that wide tiles have their columns; of one panel of
/// outputs, so that the nearest cache (16 KiB of it) has room for what comes from memory.
#define FEW_ROWS_GROUP 4
/// Rows whose last, partial panel of inputs is computed aside at a time.
#define ASIDE_ROWS 256

/// Turns `inputs` <= 32 rows of one panel, 32 outputs long, into out[output][32]; zero beyond. Asks for
/// the lines that stand `ahead` bytes on, one after the other, as the processor likes them.
INLINE void V(turn)(
  const char *block, ptrdiff_t inputs, ptrdiff_t ahead, float *out, const int type
) {
  const ptrdiff_t size = type == CAJAL_FLOAT32 ? 4 : 2;
  for (ptrdiff_t i = 0; i < CAJAL_PANEL; i += CAJAL_LANES) {
    const char *next = block + ahead + i * CAJAL_PANEL * size;
    for (ptrdiff_t o = 0; o < CAJAL_PANEL; o += CAJAL_LANES) {
      LANES square[CAJAL_LANES];
      const char *in = block + (i * CAJAL_PANEL + o) * size;
      if (i + CAJAL_LANES <= inputs) {
#pragma clang loop unroll(full)
        for (int r = 0; r < CAJAL_LANES; r++) {
          square[r] = V(load_weights)(in + r * CAJAL_PANEL * size, type);
          __builtin_prefetch(next + (o / CAJAL_LANES * CAJAL_LANES + r) * CAJAL_LANES * size);
        }
      } else {
        for (int r = 0; r < CAJAL_LANES; r++)
          square[r] =
            i + r < inputs ? V(load_weights)(in + r * CAJAL_PANEL * size, type) : (LANES){0};
      }
      V(transpose_square)(square);
#pragma clang loop unroll(full)
      for (int r = 0; r < CAJAL_LANES; r++)
        *(V(lanes_any) *)(out + (o + r) * CAJAL_PANEL + i) = square[r];
    }
  }
}

/// A block of outputs of `panels` panels of inputs: turned, and multiplied with all rows.
///
/// `inputs` of the last panel count; `task` has x and out at the block.
static void V(turned_block)(
  const cajal_transposed *product, V(tile_task) task, ptrdiff_t from, ptrdiff_t panels,
  ptrdiff_t start, ptrdiff_t length) {
  float turned[MANY_ROWS_BLOCK * CAJAL_PANEL] __attribute__((aligned(64)));
  const ptrdiff_t size = product->type == CAJAL_FLOAT32 ? 4 : 2;
  const ptrdiff_t panel_bytes = product->inner * CAJAL_PANEL * size;
  const ptrdiff_t rounded = (length + CAJAL_PANEL - 1) / CAJAL_PANEL * CAJAL_PANEL;
  for (ptrdiff_t o = 0; o < length; o += CAJAL_PANEL) {
    const char *panel = (const char *)product->panels + (start + o) / CAJAL_PANEL * panel_bytes;
    // The next panel's lines are asked for; behind the last panel nothing is.
    ptrdiff_t ahead = start + o + CAJAL_PANEL < product->outputs ? panel_bytes : 0;
    for (ptrdiff_t p = 0; p < panels; p++) {
      ptrdiff_t first = from + p * CAJAL_PANEL;
      ptrdiff_t inputs =
        product->inner - first < CAJAL_PANEL ? product->inner - first : CAJAL_PANEL;
      const char *block = panel + first * CAJAL_PANEL * size;
      float *out = turned + (p * rounded + o) * CAJAL_PANEL;
      if (product->type == CAJAL_FLOAT32)
        V(turn)(block, inputs, ahead, out, CAJAL_FLOAT32);
      else if (product->type == CAJAL_BFLOAT16)
        V(turn)(block, inputs, ahead, out, CAJAL_BFLOAT16);
      else
        V(turn)(block, inputs, ahead, out, CAJAL_FLOAT16);
    }
  }
  task.panels = (const char *)turned;
  task.panel_stride = rounded * CAJAL_PANEL * (ptrdiff_t)sizeof(float);
  task.inner = length;
  V(tile_float32_rows)(task, panels, product->rows);
}

/// `panels` whole panels of inputs from input `from` on, into `out`.
static void V(turned_panels)(
  const cajal_transposed *product, ptrdiff_t from, ptrdiff_t panels, float *out,
  ptrdiff_t out_stride) {
  const bool few = product->rows <= 2 * CAJAL_TILE_ROWS;
  const ptrdiff_t group = few ? FEW_ROWS_GROUP : 1;
  const ptrdiff_t block = few ? CAJAL_PANEL : MANY_ROWS_BLOCK;
  for (ptrdiff_t start = 0; start < product->outputs || start == 0; start += block) {
    ptrdiff_t length = product->outputs - start < block ? product->outputs - start : block;
    for (ptrdiff_t p = 0; p < panels; p += group) {
      V(tile_task) task = {
        .x = product->y + start, .x_stride = product->y_stride, .out = out + p * CAJAL_PANEL,
        .out_stride = out_stride, .first = start == 0,
      };
      ptrdiff_t count = panels - p < group ? panels - p : group;
      V(turned_block)(product, task, from + p * CAJAL_PANEL, count, start, length);
    }
  }
}

static void V(transposed_product)(const cajal_transposed *product) {
  const ptrdiff_t end = product->first + product->count;
  const ptrdiff_t rest = product->count % CAJAL_PANEL;
  const ptrdiff_t whole = product->count / CAJAL_PANEL;
  if (whole > 0) V(turned_panels)(product, product->first, whole, product->out, product->out_stride);
  if (rest == 0) return;
  float aside[ASIDE_ROWS * CAJAL_PANEL] __attribute__((aligned(64)));
  cajal_transposed part = *product;
  for (ptrdiff_t row = 0; row < product->rows; row += ASIDE_ROWS) {
    part.y = product->y + row * product->y_stride;
    part.rows = product->rows - row < ASIDE_ROWS ? product->rows - row : ASIDE_ROWS;
    V(turned_panels)(&part, end - rest, 1, aside, CAJAL_PANEL);
    for (ptrdiff_t r = 0; r < part.rows; r++)
      memcpy(
        product->out + (row + r) * product->out_stride + whole * CAJAL_PANEL,
        aside + r * CAJAL_PANEL, (size_t)rest * sizeof(float));
  }
}
#endif
