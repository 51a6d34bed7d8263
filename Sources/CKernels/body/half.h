// Rounding to 16-bit formats with error feedback, and packing of rounded values. All operations have 32 bits, so that no
// instruction set needs conversions, and all give the same bits.
#ifndef DPT_HALF_H
#define DPT_HALF_H

#include "values.h"

DPT_INLINE i16 choose_bits(i16 mask, i16 a, i16 b) { return (mask & a) | (~mask & b); }
DPT_INLINE h16 load_halves(const uint16_t *p, long n) {
  h16 v = 0;
  memcpy(&v, p, n >= DPT_LANES ? sizeof v : (size_t)n * sizeof(uint16_t));
  return v;
}
DPT_INLINE void store_halves(uint16_t *p, h16 v, long n) {
  memcpy(p, &v, n >= DPT_LANES ? sizeof v : (size_t)n * sizeof(uint16_t));
}

enum {
  DPT_EXPONENT_BITS = 0x7f800000,
  // The largest finite float16, 65504.
  DPT_LARGEST_FLOAT16 = 0x477fe000,
  // 2^−14, the smallest normal float16. Smaller values are multiples of 2^−24, as floats from 0.5 to 1 are.
  DPT_SMALLEST_FLOAT16 = 0x38800000,
  DPT_ONE_HALF = 0x3f000000,
  // The difference of the formats' exponent biases, 127 − 15.
  DPT_FLOAT16_BIAS = 112 << 23,
};

// The nearest value of the format, ties to even; infinity beyond the largest one (IEEE 754, 4.3.1).
DPT_INLINE v16 nearest(v16 x, dpt_half_format format) {
  const i16 magnitude = bits(x) & INT32_MAX, sign = bits(x) & INT32_MIN;
  const i16 m = choose_bits(magnitude < DPT_EXPONENT_BITS, magnitude, (i16)0);
  i16 rounded;
  if (format == DPT_FLOAT16) {
    const v16 shift = floats((i16)DPT_ONE_HALF);
    const i16 normal = (m + 0xfff + ((m >> 13) & 1)) & ~0x1fff;
    // Only small values are rounded by adding `shift`: large ones would lose bits.
    const i16 isSmall = m < DPT_SMALLEST_FLOAT16;
    const i16 small = bits((floats(choose_bits(isSmall, m, (i16)0)) + shift) - shift);
    rounded = choose_bits(isSmall, small, choose_bits(normal > DPT_LARGEST_FLOAT16, (i16)DPT_EXPONENT_BITS, normal));
  } else {
    rounded = (m + 0x7fff + ((m >> 16) & 1)) & ~0xffff;
  }
  const i16 special = choose_bits(magnitude > DPT_EXPONENT_BITS, (i16)0x7fc00000, bits(x));
  return floats(choose_bits(magnitude < DPT_EXPONENT_BITS, rounded | sign, special));
}

DPT_INLINE void round_all(const float *x, float *residual, float *rounded, long n, dpt_half_format format) {
  for (long i = 0; i < n; i += DPT_LANES) {
    const v16 kept = load_some(residual + i, n - i), sum = load_some(x + i, n - i) + kept;
    const v16 value = nearest(sum, format);
    // If the value is infinite or NaN, keep the former residual, so that later sums stay finite.
    store_some(residual + i, choose((bits(value) & INT32_MAX) < DPT_EXPONENT_BITS, sum - value, kept), n - i);
    store_some(rounded + i, value, n - i);
  }
}

static void round_halves(const float *x, float *residual, float *rounded, long n, dpt_half_format format) {
  if (format == DPT_FLOAT16) round_all(x, residual, rounded, n, DPT_FLOAT16);
  else round_all(x, residual, rounded, n, DPT_BFLOAT16);
}

DPT_INLINE i16 to_float16(i16 x) {
  const i16 m = x & INT32_MAX;
  const i16 small = bits(floats(m) + floats((i16)DPT_ONE_HALF)) - DPT_ONE_HALF;
  const i16 normal = (m - DPT_FLOAT16_BIAS) >> 13, special = choose_bits(m > DPT_EXPONENT_BITS, (i16)0x7e00, (i16)0x7c00);
  const i16 finite = choose_bits(m < DPT_SMALLEST_FLOAT16, small, normal);
  return choose_bits(m < DPT_EXPONENT_BITS, finite, special) | ((x >> 16) & 0x8000);
}

DPT_INLINE i16 from_float16(i16 h) {
  const i16 m = (h & 0x7fff) << 13;
  const v16 smallest = floats((i16)DPT_SMALLEST_FLOAT16);
  const i16 small = bits(floats(m + DPT_SMALLEST_FLOAT16) - smallest);
  const i16 normal = m + DPT_FLOAT16_BIAS, special = m + 2 * DPT_FLOAT16_BIAS;
  const i16 finite = choose_bits(m < 1 << 23, small, normal);
  return choose_bits(m < 31 << 23, finite, special) | ((h & 0x8000) << 16);
}

static void pack_halves(const float *x, uint16_t *packed, long n, dpt_half_format format) {
  if (format == DPT_FLOAT16) {
    for (long i = 0; i < n; i += DPT_LANES)
      store_halves(packed + i, __builtin_convertvector(to_float16(bits(load_some(x + i, n - i))), h16), n - i);
  } else {
    for (long i = 0; i < n; i += DPT_LANES)
      store_halves(packed + i, __builtin_convertvector((bits(load_some(x + i, n - i)) >> 16) & 0xffff, h16), n - i);
  }
}

static void unpack_halves(const uint16_t *packed, float *x, long n, dpt_half_format format) {
  if (format == DPT_FLOAT16) {
    for (long i = 0; i < n; i += DPT_LANES)
      store_some(x + i, floats(from_float16(__builtin_convertvector(load_halves(packed + i, n - i), i16))), n - i);
  } else {
    for (long i = 0; i < n; i += DPT_LANES)
      store_some(x + i, floats(__builtin_convertvector(load_halves(packed + i, n - i), i16) << 16), n - i);
  }
}

static void round_floats(float *x, long n) {
  for (long i = 0; i < n; i += DPT_LANES)
    store_some(x + i, floats_of_halves(rounded_halves(load_some(x + i, n - i))), n - i);
}

#endif
