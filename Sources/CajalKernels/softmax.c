// SPDX-License-Identifier: Apache-2.0
// Softmax and its logarithm over whole rows; exponentials float32, sums double.
#ifndef CAJAL_PASS
#define CAJAL_FILE "softmax.c"
#include "each_variant.h"

void cajal_softmax(const float *x, float *out, ptrdiff_t rows, ptrdiff_t width) {
  CAJAL_DISPATCH(softmax, x, out, rows, width);
}
void cajal_log_softmax(const float *x, float *out, ptrdiff_t rows, ptrdiff_t width) {
  CAJAL_DISPATCH(log_softmax, x, out, rows, width);
}
double cajal_log_sum_exp(const float *x, ptrdiff_t width) {
  CAJAL_DISPATCH(log_sum_exp, x, width);
}
#else
#include "row_softmax.h"

static void V(softmax)(const float *x, float *out, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) V(softmax_row)(x + r * width, out + r * width, width);
}

static double V(log_sum_exp)(const float *x, ptrdiff_t width) {
  float maximum = V(row_maximum)(x, width);
  if (maximum == -INFINITY || maximum == INFINITY) {
    for (ptrdiff_t i = 0; i < width; i++)
      if (x[i] != x[i]) return NAN;
    return maximum;
  }
  return (double)maximum + log(V(row_exponentials)(x, maximum, NULL, width));
}

static void V(log_softmax)(const float *x, float *out, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    double total = V(log_sum_exp)(x + r * width, width);
    for (ptrdiff_t i = 0; i < width; i++)
      out[r * width + i] = (float)((double)x[r * width + i] - total);
  }
}
#endif
