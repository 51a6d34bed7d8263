// exp, log, tanh, erf and the logistic function: range reduction and a minimax polynomial (coefficients fitted by
// reweighted least squares to the stated interval), the same operations on every instruction set. At most 2 ulp.
#ifndef DPT_ELEMENTARY_H
#define DPT_ELEMENTARY_H

#include "vector.h"

// Adding 1.5 · 2^23 rounds to the nearest integer and leaves it in the low bits.
static const float kRound = 12582912.0f;
static const float kLog2e = 1.44269504f;
// ln 2 in two parts; the first has trailing zeros, so that n · kLn2Hi is exact.
static const float kLn2Hi = 0.693145752f;
static const float kLn2Lo = 1.42860677e-06f;

// e^x = 2^n · (1 + p): x = n ln 2 + r with |r| ≤ ln2 / 2, and p = e^r − 1. `rest` is the rounding error of r.
DPT_INLINE v16 reduced_expm1(v16 x, i16 *n) {
  v16 shifted = fma16(x, splat(kLog2e), splat(kRound));
  v16 whole = shifted - splat(kRound);
  *n = bits(shifted) - bits(splat(kRound));
  v16 first = fma16(whole, splat(-kLn2Hi), x);
  v16 r = fma16(whole, splat(-kLn2Lo), first);
  v16 rest = fma16(whole, splat(-kLn2Lo), first - r);
  v16 q = splat(0x1.a1a038p-13f);
  q = fma16(q, r, splat(0x1.6d766cp-10f));
  q = fma16(q, r, splat(0x1.111090p-7f));
  q = fma16(q, r, splat(0x1.5554acp-5f));
  q = fma16(q, r, splat(0x1.555556p-3f));
  q = fma16(q, r, splat(0.5f));
  return r + fma16(r * r, q, rest);
}

DPT_INLINE v16 power_of_two(i16 n) { return floats((n + 127) << 23); }

DPT_INLINE v16 exp16(v16 x) {
  // Beyond these the result is infinity or zero; comparisons are false for NaN, which passes through.
  x = choose(x > splat(89.0f), splat(89.0f), x);
  x = choose(x < splat(-104.0f), splat(-104.0f), x);
  i16 n;
  v16 p = reduced_expm1(x, &n) + splat(1.0f);
  // Two factors, so that subnormal results round once.
  i16 half = n >> 1;
  return p * power_of_two(half) * power_of_two(n - half);
}


// e^x for x ≤ 0, with fewer steps: 2^(n + 64) is always a normal number, and the last factor rounds once.
DPT_INLINE v16 exp_of_negative(v16 x) {
  x = choose(x < splat(-104.0f), splat(-104.0f), x);
  i16 n;
  v16 p = reduced_expm1(x, &n) + splat(1.0f);
  return p * power_of_two(n + 64) * splat(0x1p-64f);
}

DPT_INLINE v16 sigmoid16(v16 x) {
  // With e = exp(−|x|): 1 / (1 + e) for x ≥ 0, otherwise e / (1 + e), so that neither side cancels or overflows.
  v16 e = exp_of_negative(floats(bits(x) | (int32_t)0x80000000));
  v16 sum = e + splat(1.0f);
  v16 y = choose(x < splat(0.0f), e, splat(1.0f)) / sum;
  // Corrects the rounding error of 1 + e, with a straight line for 1 / sum that is within 4 % for sums from 1 to 2.
  v16 lost = e - (sum - splat(1.0f));
  return fma16(y * lost, fma16(sum, splat(0.5f), splat(-1.457f)), y);
}

// The same for x, and for −x: 1 minus the former, without cancellation.
DPT_INLINE v16 sigmoids16(v16 x, v16 *opposite) {
  v16 e = exp_of_negative(floats(bits(x) | (int32_t)0x80000000));
  v16 sum = e + splat(1.0f);
  v16 lost = e - (sum - splat(1.0f));
  v16 slope = fma16(sum, splat(0.5f), splat(-1.457f));
  v16 large = splat(1.0f) / sum, small = e / sum;
  large = fma16(large * lost, slope, large);
  small = fma16(small * lost, slope, small);
  const i16 negative = x < splat(0.0f);
  *opposite = choose(negative, large, small);
  return choose(negative, small, large);
}

// e^x − 1 for x ≤ 0, and 0 above: 2^n (1 + p) − 1 = 2^n p + (2^n − 1), of which the last is exact as long as it differs
// from −1.
DPT_INLINE v16 expm1_of_negative(v16 x) {
  x = choose(x > splat(0.0f), splat(0.0f), x);
  x = choose(x < splat(-30.0f), splat(-30.0f), x);
  i16 n;
  v16 p = reduced_expm1(x, &n);
  v16 power = power_of_two(n);
  return fma16(p, power, power - splat(1.0f));
}

DPT_INLINE v16 tanh16(v16 x) {
  // Up to 0.55 an odd polynomial; beyond, 1 − 2 / (e^{2|x|} + 1), which rounds to 1 well below 20.
  v16 y = floats(bits(x) & 0x7fffffff);
  v16 u = y * y;
  v16 q = splat(-0x1.830be6p-8f);
  q = fma16(q, u, splat(0x1.54e014p-6f));
  q = fma16(q, u, splat(-0x1.b89ed8p-5f));
  q = fma16(q, u, splat(0x1.1109dcp-3f));
  q = fma16(q, u, splat(-0x1.55553ep-2f));
  v16 near = fma16(u * y, q, y);
  i16 n;
  v16 doubled = choose(y > splat(20.0f), splat(40.0f), y + y);
  v16 e = (reduced_expm1(doubled, &n) + splat(1.0f)) * power_of_two(n);
  v16 far = splat(1.0f) - splat(2.0f) / (e + splat(1.0f));
  i16 sign = bits(x) & (int32_t)0x80000000;
  return floats(bits(choose(y < splat(0.55f), near, far)) | sign);
}

DPT_INLINE v16 log16(v16 x) {
  // x = 2^e · m with m in [√½, √2); log x = e ln 2 + log m. Subnormal numbers are scaled up first.
  i16 tiny = x < splat(0x1p-126f);
  v16 scaled = choose(tiny, x * splat(0x1p23f), x);
  i16 e = ((bits(scaled) - 0x3f3504f3) >> 23);
  v16 m = floats(bits(scaled) - (e << 23));
  e -= tiny & 23;
  v16 exponent = __builtin_convertvector(e, v16);
  v16 f = m - splat(1.0f);
  v16 p = splat(0.06748309f);
  p = fma16(p, f, splat(-0.11677877f));
  p = fma16(p, f, splat(0.118886456f));
  p = fma16(p, f, splat(-0.12405279f));
  p = fma16(p, f, splat(0.14219451f));
  p = fma16(p, f, splat(-0.16668008f));
  p = fma16(p, f, splat(0.20002124f));
  p = fma16(p, f, splat(-0.2500001f));
  p = fma16(p, f, splat(0.33333313f));
  v16 square = f * f;
  v16 small = fma16(square * f, p, exponent * splat(kLn2Lo));
  small = fma16(square, splat(-0.5f), small);
  v16 y = fma16(exponent, splat(kLn2Hi), f + small);
  // Zero, negative numbers, infinity and NaN.
  v16 infinity = splat(INFINITY);
  y = choose(x == splat(0.0f), -infinity, y);
  y = choose(x == infinity, infinity, y);
  i16 invalid = ~(x >= splat(0.0f));
  return choose(invalid, splat(NAN), y);
}

// erfc y = exp(y p(y)) for y ≥ 0.93. The polynomial is fitted up to 4, where erfc is 1.5e-8; beyond, the result is zero.
DPT_INLINE v16 erfc_far(v16 y) {
  v16 z = choose(y > splat(4.0f), splat(4.0f), y);
  v16 q = splat(-0x1.3755f6p-18f);
  q = fma16(q, z, splat(0x1.5fdfc8p-15f));
  q = fma16(q, z, splat(0x1.1d7c8ap-14f));
  q = fma16(q, z, splat(-0x1.86bd06p-9f));
  q = fma16(q, z, splat(0x1.74d740p-6f));
  q = fma16(q, z, splat(-0x1.af7994p-4f));
  q = fma16(q, z, splat(-0x1.456b6ep-1f));
  q = fma16(q, z, splat(-0x1.074aa8p-3f));
  return choose(y > splat(4.0f), splat(0.0f), exp16(fma16(q, z, -z)));
}

// erf y for 0 ≤ y < 0.93: an odd polynomial.
DPT_INLINE v16 erf_near(v16 y) {
  v16 u = y * y;
  v16 q = splat(-0x1.3825b6p-11f);
  q = fma16(q, u, splat(0x1.46c230p-8f));
  q = fma16(q, u, splat(-0x1.b676cap-6f));
  q = fma16(q, u, splat(0x1.ce1904p-4f));
  q = fma16(q, u, splat(-0x1.8126dcp-2f));
  q = fma16(q, u, splat(0x1.06eba6p-3f));
  return fma16(q, y, y);
}

static const float kErfJoin = 0.93f;

DPT_INLINE v16 erf16(v16 x) {
  v16 y = floats(bits(x) & 0x7fffffff);
  v16 value = choose(y < splat(kErfJoin), erf_near(y), splat(1.0f) - erfc_far(y));
  return floats(bits(value) | (bits(x) & (int32_t)0x80000000));
}

// log(1 + e) for 0 ≤ e ≤ 1, with a first-order correction of the rounding error of 1 + e.
DPT_INLINE v16 log1p16(v16 e) {
  v16 sum = e + splat(1.0f);
  return log16(sum) + (e - (sum - splat(1.0f))) / sum;
}

#define DPT_MAP(NAME, FUNCTION)                                     \
  static void NAME(const float *x, float *y, long n) {              \
    for (long i = 0; i < n; i += DPT_LANES)                         \
      store_some(y + i, FUNCTION(load_some(x + i, n - i)), n - i); \
  }

DPT_MAP(map_exp, exp16)
DPT_MAP(map_log, log16)
DPT_MAP(map_tanh, tanh16)
DPT_MAP(map_sigmoid, sigmoid16)
DPT_MAP(map_erf, erf16)

#undef DPT_MAP

#endif
