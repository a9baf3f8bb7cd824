// SPDX-License-Identifier: Apache-2.0
// Stored elements to float32: exact where float32 holds the value, else rounded to nearest even.
// And whether stored elements are numbers at all.
#ifndef CAJAL_PASS
#define CAJAL_FILE "conversion.c"
#include "each_variant.h"

void cajal_convert(const void *source, int type, float *out, ptrdiff_t count) {
  CAJAL_DISPATCH(convert, source, type, out, count);
}

ptrdiff_t cajal_first_not_finite(const void *source, int type, ptrdiff_t count) {
  CAJAL_DISPATCH(first_not_finite, source, type, count);
}
#else

/// Elements that are looked at together before one asks which it was.
#define FINITE_BLOCK 1024

// Such numbers have an exponent of ones alone in every IEEE format.
#define FIRST_NOT_FINITE(T, mask)                                                        \
  for (ptrdiff_t start = 0; start < count; start += FINITE_BLOCK) {                      \
    ptrdiff_t end = start + FINITE_BLOCK < count ? start + FINITE_BLOCK : count;         \
    T found = 0;                                                                         \
    for (ptrdiff_t i = start; i < end; i++) {                                            \
      T bits;                                                                            \
      memcpy(&bits, bytes + i * (ptrdiff_t)sizeof(T), sizeof(T));                        \
      found |= (T)((bits & (T)(mask)) == (T)(mask));                                     \
    }                                                                                    \
    for (ptrdiff_t i = start; found && i < end; i++) {                                   \
      T bits;                                                                            \
      memcpy(&bits, bytes + i * (ptrdiff_t)sizeof(T), sizeof(T));                        \
      if ((bits & (T)(mask)) == (T)(mask)) return i;                                     \
    }                                                                                    \
  }                                                                                      \
  return -1;

static ptrdiff_t V(first_not_finite)(const void *source, int type, ptrdiff_t count) {
  const char *bytes = source;
  switch (type) {
    case CAJAL_FROM_FLOAT64: FIRST_NOT_FINITE(uint64_t, 0x7ff0000000000000)
    case CAJAL_FROM_FLOAT32: FIRST_NOT_FINITE(uint32_t, 0x7f800000)
    case CAJAL_FROM_FLOAT16: FIRST_NOT_FINITE(uint16_t, 0x7c00)
    case CAJAL_FROM_BFLOAT16: FIRST_NOT_FINITE(uint16_t, 0x7f80)
    default: return -1;
  }
}

#define CONVERT(T)                                      \
  for (ptrdiff_t i = 0; i < count; i++) {               \
    T value;                                            \
    memcpy(&value, bytes + i * sizeof(T), sizeof(T));   \
    out[i] = (float)value;                              \
  }                                                     \
  break;

/// float16 by integers, exact; see load_weights in tile.h.
INLINE float V(widen_half)(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16, rest = (uint32_t)(half & 0x7fff) << 13;
  float scaled;
  memcpy(&scaled, &rest, sizeof scaled);
  scaled *= 0x1p112f;
  uint32_t bits;
  memcpy(&bits, &scaled, sizeof bits);
  if (rest >= (0x7c00u << 13)) bits |= 0x7f800000u;
  bits |= sign;
  memcpy(&scaled, &bits, sizeof scaled);
  return scaled;
}

static void V(convert)(const void *source, int type, float *out, ptrdiff_t count) {
  const char *bytes = source;
  switch (type) {
    case CAJAL_FROM_FLOAT64: CONVERT(double)
    case CAJAL_FROM_FLOAT32: memcpy(out, bytes, (size_t)count * 4); break;
    case CAJAL_FROM_FLOAT16:
      for (ptrdiff_t i = 0; i < count; i++) {
        uint16_t half;
        memcpy(&half, bytes + i * 2, 2);
        out[i] = V(widen_half)(half);
      }
      break;
    case CAJAL_FROM_BFLOAT16:
      for (ptrdiff_t i = 0; i < count; i++) {
        uint16_t half;
        memcpy(&half, bytes + i * 2, 2);
        uint32_t bits = (uint32_t)half << 16;
        memcpy(out + i, &bits, 4);
      }
      break;
    case CAJAL_FROM_INT64: CONVERT(int64_t)
    case CAJAL_FROM_INT32: CONVERT(int32_t)
    case CAJAL_FROM_INT16: CONVERT(int16_t)
    case CAJAL_FROM_INT8: CONVERT(int8_t)
    case CAJAL_FROM_UINT64: CONVERT(uint64_t)
    case CAJAL_FROM_UINT32: CONVERT(uint32_t)
    case CAJAL_FROM_UINT16: CONVERT(uint16_t)
    case CAJAL_FROM_UINT8: CONVERT(uint8_t)
  }
}
#endif
