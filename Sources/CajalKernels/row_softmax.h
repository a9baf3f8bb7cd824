// SPDX-License-Identifier: Apache-2.0
// Softmax of one row, for one processor variant; shared by softmax.c and attention.c.

INLINE float V(row_maximum)(const float *x, ptrdiff_t width) {
  f32x16 most = V(splat)(-INFINITY);
  ptrdiff_t i = 0;
  for (; i + 16 <= width; i += 16) {
    f32x16 v = V(load)(x + i);
    most = V(choose)(v > most, v, most);
  }
  if (i < width) {
    f32x16 v = V(load_part)(x + i, width - i, -INFINITY);
    most = V(choose)(v > most, v, most);
  }
  float part[16];
  memcpy(part, &most, sizeof part);
  float best = part[0];
  for (int lane = 1; lane < 16; lane++) best = part[lane] > best ? part[lane] : best;
  return best;
}

/// Writes e^(x - maximum) when `out` is not null and returns the sum in double.
INLINE double V(row_exponentials)(const float *x, float maximum, float *out, ptrdiff_t width) {
  f64x16 sum = {0};
  ptrdiff_t i = 0;
  for (; i + 16 <= width; i += 16) {
    f32x16 e = V(exp)(V(load)(x + i) - maximum);
    if (out) V(store)(out + i, e);
    sum += V(widen)(e);
  }
  if (i < width) {
    // Minus infinity beyond the end: e is exactly zero there.
    f32x16 e = V(exp)(V(load_part)(x + i, width - i, -INFINITY) - maximum);
    if (out) V(store_part)(out + i, e, width - i);
    sum += V(widen)(e);
  }
  return V(sum)(sum);
}

/// A row that is minus infinity everywhere gives zeros.
INLINE void V(softmax_row)(const float *x, float *out, ptrdiff_t width) {
  float maximum = V(row_maximum)(x, width);
  bool none = maximum == -INFINITY;
  for (ptrdiff_t i = 0; none && i < width; i++)
    if (x[i] != x[i]) none = false;
  if (none) {
    memset(out, 0, (size_t)width * sizeof(float));
    return;
  }
  float factor = (float)(1.0 / V(row_exponentials)(x, maximum, out, width));
  ptrdiff_t i = 0;
  for (; i + 16 <= width; i += 16) V(store)(out + i, V(load)(out + i) * factor);
  for (; i < width; i++) out[i] *= factor;
}
