// SPDX-License-Identifier: Apache-2.0
// Products of activations: the platform's library, single-threaded on the calling thread.
#include "CajalKernels.h"

#if defined(__APPLE__)
#include <Accelerate/Accelerate.h>

void cajal_sgemm(
  bool transpose_a, bool transpose_b, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a,
  ptrdiff_t a_stride, const float *b, ptrdiff_t b_stride, bool adding, float *c,
  ptrdiff_t c_stride) {
  cblas_sgemm(
    CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans,
    (int)m, (int)n, (int)k, 1, a, (int)a_stride, b, (int)b_stride, adding ? 1 : 0, c,
    (int)c_stride);
}
#else
#include <oneapi/dnnl/dnnl.h>

// GNU OpenMP, which oneDNN runs on. The setting belongs to the calling thread, so that every worker
// makes it once for itself.
extern void omp_set_num_threads(int);
static _Thread_local bool single = false;

void cajal_sgemm(
  bool transpose_a, bool transpose_b, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a,
  ptrdiff_t a_stride, const float *b, ptrdiff_t b_stride, bool adding, float *c,
  ptrdiff_t c_stride) {
  if (!single) {
    omp_set_num_threads(1);
    single = true;
  }
  // Row-major in oneDNN's own convention; it fails only on arguments that the caller has checked.
  dnnl_status_t status = dnnl_sgemm(
    transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, 1.0f, a, a_stride, b, b_stride,
    adding ? 1.0f : 0.0f, c, c_stride);
  if (status != dnnl_success) __builtin_trap();
}
#endif
