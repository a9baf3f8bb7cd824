// SPDX-License-Identifier: Apache-2.0
// The register tile of the packed product, for one processor variant.
//
// Every element is one chain acc = fma(x[k], w[k], acc) over k. The tile's height and width only say
// which chains run side by side, so they never change a bit; neither does stopping at a block of k,
// because the stored accumulator is the float it was.
typedef float V(lanes) __attribute__((vector_size(CAJAL_LANES * 4)));
typedef float V(lanes_any) __attribute__((vector_size(CAJAL_LANES * 4), aligned(4), may_alias));
typedef uint16_t V(halves_any) __attribute__((vector_size(CAJAL_LANES * 2), aligned(2), may_alias));
typedef uint32_t V(words) __attribute__((vector_size(CAJAL_LANES * 4)));
typedef _Float16 V(float16_any) __attribute__((vector_size(CAJAL_LANES * 2), aligned(2), may_alias));

#define LANES V(lanes)
/// Register columns of one panel.
#define COLUMNS (CAJAL_PANEL / CAJAL_LANES)

/// What a tile reads and writes. Strides count elements.
typedef struct {
  const float *x;
  ptrdiff_t x_stride;
  const char *panels;       // at the first k of the block
  ptrdiff_t panel_stride;   // bytes from panel to panel
  ptrdiff_t inner;          // length of the block
  const float *bias;        // at the first column; null before the last block
  float *out;
  ptrdiff_t out_stride;
  bool first;               // start from zero instead of from `out`
} V(tile_task);

INLINE LANES V(load_weights)(const char *p, const int type) {
  if (type == CAJAL_FLOAT32) return *(const V(lanes_any) *)p;
#if CAJAL_HALF
  if (type == CAJAL_FLOAT16) return __builtin_convertvector(*(const V(float16_any) *)p, LANES);
#endif
  V(words) bits = __builtin_convertvector(*(const V(halves_any) *)p, V(words));
  if (type == CAJAL_BFLOAT16) return (LANES)(bits << 16);
  // float16 by integers: exponent and fraction move up, the product corrects the exponent (exactly,
  // subnormals included), and the largest exponent means infinity or NaN.
  V(words) sign = (bits & 0x8000u) << 16;
  V(words) rest = (bits & 0x7fffu) << 13;
  V(words) special = (V(words))(rest >= (0x7c00u << 13)) & 0x7f800000u;
  return (LANES)((V(words))((LANES)rest * 0x1p112f) | special | sign);
}

INLINE LANES V(multiply_add)(LANES a, LANES b, LANES c) {
#if CAJAL_FUSED
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

/// `rows` × `columns` registers; both constant where this is inlined.
INLINE void V(tile)(
  const V(tile_task) *task, ptrdiff_t column, const int rows, const int columns, const int type
) {
  const int size = type == CAJAL_FLOAT32 ? 4 : 2;
  LANES acc[12][8];
  const char *w[8];
  float *out = task->out + column * CAJAL_LANES;
  const ptrdiff_t out_stride = task->out_stride;
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int c = 0; c < columns; c++) {
      if (task->first)
        acc[r][c] = (LANES){0};
      else
        acc[r][c] = *(const V(lanes_any) *)(out + r * out_stride + c * CAJAL_LANES);
    }
#pragma clang loop unroll(full)
  for (int c = 0; c < columns; c++) {
    ptrdiff_t at = column + c;
    w[c] = task->panels + at / COLUMNS * task->panel_stride + at % COLUMNS * CAJAL_LANES * size;
  }
  const float *x = task->x;
  const ptrdiff_t x_stride = task->x_stride;
  const ptrdiff_t inner = task->inner;
  for (ptrdiff_t k = 0; k < inner; k++) {
    LANES b[8];
#pragma clang loop unroll(full)
    for (int c = 0; c < columns; c++)
      b[c] = V(load_weights)(w[c] + k * CAJAL_PANEL * size, type);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      LANES a = x[r * x_stride + k] - (LANES){0};
#pragma clang loop unroll(full)
      for (int c = 0; c < columns; c++) acc[r][c] = V(multiply_add)(a, b[c], acc[r][c]);
    }
  }
#pragma clang loop unroll(full)
  for (int c = 0; c < columns; c++) {
    if (task->bias) {
      LANES add = *(const V(lanes_any) *)(task->bias + (column + c) * CAJAL_LANES);
#pragma clang loop unroll(full)
      for (int r = 0; r < rows; r++) acc[r][c] += add;
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
      *(V(lanes_any) *)(out + r * out_stride + c * CAJAL_LANES) = acc[r][c];
  }
}

/// All columns of `panels` panels for a constant number of rows: wide tiles where few rows would
/// leave the multiply-add latency bare, then tiles of two registers.
INLINE void V(tile_columns)(
  const V(tile_task) *task, ptrdiff_t panels, const int rows, const int wide, const int type
) {
  const ptrdiff_t columns = panels * COLUMNS;
  ptrdiff_t column = 0;
  if (wide > 2)
    for (; column + wide <= columns; column += wide) V(tile)(task, column, rows, wide, type);
  for (; column < columns; column += 2) V(tile)(task, column, rows, 2, type);
}

#undef CAJAL_EACH_HEIGHT
#if CAJAL_TILE_ROWS == 12
#define CAJAL_EACH_HEIGHT(F) \
  F(1, 8) F(2, 8) F(3, 8) F(4, 4) F(5, 4) F(6, 4) F(7, 2) F(8, 2) F(9, 2) F(10, 2) F(11, 2) F(12, 2)
#else
#define CAJAL_EACH_HEIGHT(F) F(1, 8) F(2, 4) F(3, 4) F(4, 2) F(5, 2) F(6, 2)
#endif

#define CAJAL_HEIGHT_FUNCTION(r, wide)                                                        \
  static __attribute__((noinline)) void V(float32_##r)(const V(tile_task) * t, ptrdiff_t n) { \
    V(tile_columns)(t, n, r, wide, CAJAL_FLOAT32);                                            \
  }
CAJAL_EACH_HEIGHT(CAJAL_HEIGHT_FUNCTION)

#define CAJAL_HEIGHT_CASE(r, wide) \
  case r: V(float32_##r)(task, panels); break;
/// `rows` <= CAJAL_TILE_ROWS rows against float32 panels.
INLINE void V(tile_float32)(const V(tile_task) *task, ptrdiff_t panels, ptrdiff_t rows) {
  switch (rows) { CAJAL_EACH_HEIGHT(CAJAL_HEIGHT_CASE) }
}

/// Any number of rows against float32 panels, in tiles of nearly equal height.
INLINE void V(tile_float32_rows)(V(tile_task) task, ptrdiff_t panels, ptrdiff_t rows) {
  const ptrdiff_t tiles = (rows + CAJAL_TILE_ROWS - 1) / CAJAL_TILE_ROWS;
  for (ptrdiff_t tile = 0, row = 0; tile < tiles; tile++) {
    ptrdiff_t height = (rows - row + tiles - tile - 1) / (tiles - tile);
    V(tile_float32)(&task, panels, height);
    task.x += height * task.x_stride;
    task.out += height * task.out_stride;
    row += height;
  }
}
