// SPDX-License-Identifier: Apache-2.0
// Compiles the file named by CAJAL_FILE once for each processor variant of this platform.
//
// An operation's file includes this header first and then defines its public entries with
// CAJAL_DISPATCH; it is included again from here with CAJAL_PASS defined and then defines the kernel
// itself, every function named V(name). Contraction is off: a multiply-add is fused where V(fma) says
// so and nowhere else, so that -O0 and -O2 give equal bits.
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "CajalKernels.h"

#pragma clang fp contract(off)
// Vectors wider than the baseline's registers only pass through functions that are inlined.
#pragma clang diagnostic ignored "-Wpsabi"
#pragma clang diagnostic ignored "-Wunused-function"

#define INLINE static inline __attribute__((always_inline))
#define V_JOIN(name, suffix) name##_##suffix
#define V_NAME(name, suffix) V_JOIN(name, suffix)
#define V(name) V_NAME(name, CAJAL_SUFFIX)

// CAJAL_LANES: float lanes of a register. CAJAL_FUSED: has fused multiply-add.
// CAJAL_HALF: converts float16 in hardware. CAJAL_TILE_ROWS: rows of the product's register tile.
#define CAJAL_PASS 1

#define CAJAL_SUFFIX baseline
#define CAJAL_LANES 4
#define CAJAL_TILE_ROWS 6
#if defined(__x86_64__)
#define CAJAL_FUSED 0
#define CAJAL_HALF 0
#else
#define CAJAL_FUSED 1
#define CAJAL_HALF 1
#endif
#include "vector.h"
#include CAJAL_FILE
#undef CAJAL_SUFFIX
#undef CAJAL_LANES
#undef CAJAL_TILE_ROWS
#undef CAJAL_FUSED
#undef CAJAL_HALF

#if defined(__x86_64__)
#define CAJAL_FUSED 1
#define CAJAL_HALF 1

#define CAJAL_SUFFIX avx2
#define CAJAL_LANES 8
#define CAJAL_TILE_ROWS 6
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "vector.h"
#include CAJAL_FILE
#pragma clang attribute pop
#undef CAJAL_SUFFIX
#undef CAJAL_LANES
#undef CAJAL_TILE_ROWS

#define CAJAL_SUFFIX avx512
#define CAJAL_LANES 16
#define CAJAL_TILE_ROWS 12
#pragma clang attribute push( \
  __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma,f16c"))), apply_to = function)
#include "vector.h"
#include CAJAL_FILE
#pragma clang attribute pop
#undef CAJAL_SUFFIX
#undef CAJAL_LANES
#undef CAJAL_TILE_ROWS
#endif

#undef CAJAL_PASS

#if defined(__x86_64__)
#define CAJAL_DISPATCH(name, ...)                          \
  switch (cajal_variant()) {                               \
    case CAJAL_AVX512: return name##_avx512(__VA_ARGS__);  \
    case CAJAL_AVX2: return name##_avx2(__VA_ARGS__);      \
    default: return name##_baseline(__VA_ARGS__);          \
  }
#else
#define CAJAL_DISPATCH(name, ...) return name##_baseline(__VA_ARGS__)
#endif
