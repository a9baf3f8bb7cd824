// SPDX-License-Identifier: Apache-2.0
// Transposition in squares of sixteen, for one processor variant.

/// Interleaves the lower or upper halves of two vectors.
#define LOWER(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define UPPER(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)

/// One square: four rounds of a perfect shuffle.
INLINE void V(transpose_square)(
  const float *x, ptrdiff_t x_stride, float *out, ptrdiff_t out_stride) {
  f32x16 a[16], b[16];
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i++) a[i] = V(load)(x + i * x_stride);
#pragma clang loop unroll(full)
  for (int round = 0; round < 4; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++) {
      b[2 * i] = LOWER(a[i], a[i + 8]);
      b[2 * i + 1] = UPPER(a[i], a[i + 8]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) a[i] = b[i];
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i++) V(store)(out + i * out_stride, a[i]);
}
#undef LOWER
#undef UPPER

/// out[columns, rows] = x[rows, columns] transposed.
static void V(transpose)(
  const float *x, ptrdiff_t x_stride, ptrdiff_t rows, ptrdiff_t columns, float *out,
  ptrdiff_t out_stride
) {
  for (ptrdiff_t r = 0; r < rows; r += 16)
    for (ptrdiff_t c = 0; c < columns; c += 16) {
      if (r + 16 <= rows && c + 16 <= columns) {
        V(transpose_square)(x + r * x_stride + c, x_stride, out + c * out_stride + r, out_stride);
        continue;
      }
      for (ptrdiff_t i = r; i < r + 16 && i < rows; i++)
        for (ptrdiff_t j = c; j < c + 16 && j < columns; j++)
          out[j * out_stride + i] = x[i * x_stride + j];
    }
}
