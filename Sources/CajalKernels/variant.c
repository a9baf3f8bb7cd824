// SPDX-License-Identifier: Apache-2.0
#include <stdatomic.h>

#include "CajalKernels.h"

static int detect(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return CAJAL_BASELINE;
  // Every processor with AVX2 and FMA has F16C.
  if (
    __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
    && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
    return CAJAL_AVX512;
  return CAJAL_AVX2;
#else
  return CAJAL_BASELINE;
#endif
}

static _Atomic int best = -1;
// Of the calling thread, so that tests which force different variants run side by side.
static _Thread_local int forced = -1;
static _Thread_local bool worker = false;

int cajal_best_variant(void) {
  int known = atomic_load_explicit(&best, memory_order_relaxed);
  if (known < 0) {
    known = detect();
    atomic_store_explicit(&best, known, memory_order_relaxed);
  }
  return known;
}

int cajal_variant(void) { return forced < 0 ? cajal_best_variant() : forced; }

int cajal_forced_variant(void) { return forced; }

void cajal_force_variant(int variant) {
  int limit = cajal_best_variant();
  forced = variant > limit ? limit : variant;
}

bool cajal_mark_worker(bool inside) {
  bool before = worker;
  worker = inside;
  return before;
}

bool cajal_inside_worker(void) { return worker; }
