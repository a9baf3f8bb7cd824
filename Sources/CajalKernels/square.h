// SPDX-License-Identifier: Apache-2.0
// Transposes a square of registers, for one processor variant. Include tile.h first.
//
// Log2(lanes) perfect shuffles: each step interleaves register r with register r + lanes / 2. Only
// moves, so that words of any meaning pass unchanged.

#undef INTERLEAVE_LOW
#undef INTERLEAVE_HIGH
#undef SHUFFLE_STEPS
#if CAJAL_LANES == 4
#define SHUFFLE_STEPS 2
#define INTERLEAVE_LOW 0, 4, 1, 5
#define INTERLEAVE_HIGH 2, 6, 3, 7
#elif CAJAL_LANES == 8
#define SHUFFLE_STEPS 3
#define INTERLEAVE_LOW 0, 8, 1, 9, 2, 10, 3, 11
#define INTERLEAVE_HIGH 4, 12, 5, 13, 6, 14, 7, 15
#else
#define SHUFFLE_STEPS 4
#define INTERLEAVE_LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define INTERLEAVE_HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#endif

/// Lane c of register r becomes lane r of register c.
INLINE void V(transpose_square)(LANES square[CAJAL_LANES]) {
#pragma clang loop unroll(full)
  for (int step = 0; step < SHUFFLE_STEPS; step++) {
    LANES mixed[CAJAL_LANES];
#pragma clang loop unroll(full)
    for (int r = 0; r < CAJAL_LANES / 2; r++) {
      LANES a = square[r], b = square[r + CAJAL_LANES / 2];
      mixed[2 * r] = __builtin_shufflevector(a, b, INTERLEAVE_LOW);
      mixed[2 * r + 1] = __builtin_shufflevector(a, b, INTERLEAVE_HIGH);
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < CAJAL_LANES; r++) square[r] = mixed[r];
  }
}
