// How products add up: floats in ascending order, or bfloat16 by the rule of DPT_IN_BFLOAT16, which are here slots of 32 bits.
// Where an instruction adds products of pairs, a slot has a pair, its first value in the lower half. Elsewhere a slot has a
// value as a float, and the values of a pair change places, since the second is added first.
#ifndef DPT_PRODUCT_RULES_H
#define DPT_PRODUCT_RULES_H

#include "values.h"

// Constant at every call.
typedef enum { DPT_OF_FLOATS, DPT_OF_ROUNDED } product_rule;

// The rule of these kernels' values.
#if DPT_ROUNDED
#define DPT_RULE DPT_OF_ROUNDED
#else
#define DPT_RULE DPT_OF_FLOATS
#endif

// Slots of n values that lie one behind the other.
DPT_INLINE long slots_of(long n) { return DPT_PAIRED ? (n + 1) / 2 : n; }

// MARK: Denormal numbers, which are zero in sums of rounded products

#if DPT_ROUNDED && !DPT_PAIRED && defined(__x86_64__)

typedef unsigned arithmetic_mode;
DPT_INLINE arithmetic_mode begin_sums(void) {
  const arithmetic_mode before = _mm_getcsr();
  // Denormal inputs (bit 6) and results (bit 15) become zero.
  _mm_setcsr(before | 0x8040);
  return before;
}
// Whether all sums are by the rule.
DPT_INLINE bool end_sums(arithmetic_mode before) { return _mm_setcsr(before), true; }

#elif DPT_ROUNDED && !DPT_PAIRED && defined(__aarch64__)

// This processor takes a result for denormal before it is rounded, VDPBF16PS after that. Where it has made a zero of any result,
// the sums are made once more, with care.
typedef struct {
  uint64_t control, status;
} arithmetic_mode;
DPT_INLINE arithmetic_mode begin_sums(void) {
  arithmetic_mode before;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before.control)::"memory");
  __asm__ volatile("mrs %0, fpsr" : "=r"(before.status)::"memory");
  // Flush to zero (bit 24) on, underflow (bit 3) not seen.
  __asm__ volatile("msr fpcr, %0" ::"r"(before.control | 1u << 24) : "memory");
  __asm__ volatile("msr fpsr, %0" ::"r"(before.status & ~(uint64_t)8) : "memory");
  return before;
}
DPT_INLINE bool end_sums(arithmetic_mode before) {
  uint64_t status;
  __asm__ volatile("mrs %0, fpsr" : "=r"(status)::"memory");
  __asm__ volatile("msr fpcr, %0" ::"r"(before.control) : "memory");
  __asm__ volatile("msr fpsr, %0" ::"r"(before.status) : "memory");
  return !(status & 8);
}

#elif DPT_ROUNDED && !DPT_PAIRED

// Without a mode, all sums are made with care.
typedef int arithmetic_mode;
DPT_INLINE arithmetic_mode begin_sums(void) { return 0; }
DPT_INLINE bool end_sums(arithmetic_mode before) { return (void)before, false; }

#endif

#if DPT_ROUNDED && !DPT_PAIRED && !defined(__x86_64__)
#define DPT_CAREFUL_SUMS 1
// Zero of its sign instead of a denormal number.
DPT_INLINE v16 without_denormals(v16 x) {
  const i16 isTiny = (bits(x) & INT32_MAX) < 0x00800000;
  return floats(bits(x) & (~isTiny | INT32_MIN));
}
// a · b + c, rounded as if exponents had no end, and then zero of its sign if it is smaller than all normal numbers. Only sums near
// 2^−126 need a look; there the sum in double precision is exact, as far as it matters.
DPT_INLINE v16 careful_fma16(v16 a, v16 b, v16 c) {
  a = without_denormals(a), b = without_denormals(b), c = without_denormals(c);
  v16 result = fma16(a, b, c);
  for (int l = 0; l < DPT_LANES; l++) {
    const float size = fabsf(result[l]);
    if (!(size <= 0x1p-126f)) continue;
    const double sum = (double)a[l] * b[l] + c[l];
    result[l] = copysignf(fabs(sum) < 0x1p-126 - 0x1p-151 ? 0.0f : 0x1p-126f, result[l]);
  }
  return result;
}
#else
#define DPT_CAREFUL_SUMS 0
#endif

// Where a mode of the processor follows the rule, it holds for whole products: all that they compute is sums. Elsewhere it holds
// for a tile, which can be made once more.
#if DPT_ROUNDED && !DPT_PAIRED && defined(__x86_64__)
#define DPT_SUMS_TOGETHER 1
#else
#define DPT_SUMS_TOGETHER 0
#endif
#define DPT_SUMS_APART (DPT_ROUNDED && !DPT_PAIRED && !DPT_SUMS_TOGETHER)

// Calls a function that is not inlined, so that no compiler moves its sums to where denormal numbers are kept; once more, with
// `isCareful`, where the processor has not followed the rule.
#define DPT_MAKE_SUMS(CALL)                                            \
  do {                                                                 \
    bool isCareful = false;                                            \
    const arithmetic_mode mode = begin_sums();                         \
    CALL;                                                              \
    if (!end_sums(mode)) {                                             \
      isCareful = true;                                                \
      CALL;                                                            \
    }                                                                  \
    (void)isCareful;                                                   \
  } while (0)

// Calls a function whose only arithmetic is sums of products. Where no mode holds for all of it, its tiles follow the rule by
// themselves.
#if DPT_SUMS_TOGETHER
#define DPT_SUMMING static __attribute__((noinline))
#define DPT_SUM(CALL) DPT_MAKE_SUMS(CALL)
#else
#define DPT_SUMMING static
#define DPT_SUM(CALL) CALL
#endif

// sum + the product of two slots.
DPT_INLINE v16 add_product(product_rule rule, bool isCareful, v16 a, v16 b, v16 sum) {
#if DPT_PAIRED
  if (rule == DPT_OF_ROUNDED) return (v16)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
#endif
#if DPT_CAREFUL_SUMS
  if (rule == DPT_OF_ROUNDED && isCareful) return careful_fma16(a, b, sum);
#endif
  (void)rule;
  (void)isCareful;
  return fma16(a, b, sum);
}

#if DPT_PAIRED
// Pairs of two rows' lanes.
DPT_INLINE v16 paired(h16 first, h16 second) {
  return floats(__builtin_convertvector(first, i16) | __builtin_convertvector(second, i16) << 16);
}
// What stands for a missing partner of a weight or gradient: the product of −0 with the other side's +0 changes no sum.
#define DPT_NO_PARTNER ((h16)(uint16_t)0x8000)
// The same in single slots.
DPT_INLINE float pair_of(uint16_t first, uint16_t second) {
  const uint32_t all = first | (uint32_t)second << 16;
  float slot;
  memcpy(&slot, &all, sizeof slot);
  return slot;
}
// Slots of B without their second values.
DPT_INLINE v16 first_of_pairs(v16 slots) { return floats((bits(slots) & 0xffff) | INT32_MIN); }
// A slot of A without its second value.
DPT_INLINE float first_of_pair(float slot) {
  uint32_t all;
  memcpy(&all, &slot, sizeof all);
  return pair_of((uint16_t)all, 0);
}
#endif

// MARK: Slots of values in memory

// The rounded bits of lanes.
DPT_OVERLOADED h16 rounded_at(const float *p, long n) { return rounded_halves(load_some(p, n)); }
DPT_OVERLOADED h16 rounded_at(const bfloat16 *p, long n) {
  if (n >= DPT_LANES) return halves_at(p);
  h16 h = 0;
  memcpy(&h, p, (size_t)n * sizeof *p);
  return h;
}

// Pairs of lanes the other way round.
DPT_INLINE v16 swap_pairs(v16 x) {
  return __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
}

// Writes the slots of n values, of a row of A.
#define DPT_WRITE_SLOTS(TYPE)                                                                            \
  DPT_OVERLOADED void write_slots(const TYPE *values, long n, float *slots) {                            \
    for (long k = 0; k < n; k += DPT_LANES) {                                                            \
      const h16 h = rounded_at(values + k, n - k);                                                       \
      if (DPT_PAIRED) memcpy((char *)slots + k * 2, &h, n - k >= DPT_LANES ? sizeof h : (size_t)((n - k + 1) / 2 * 4)); \
      else store_some(slots + k, swap_pairs(floats_of_halves(h)), n - k);                                \
    }                                                                                                    \
    /* A last value without a partner stays. */                                                          \
    if (!DPT_PAIRED && n % 2 == 1) slots[n - 1] = floats_of_halves(rounded_at(values + n - 1, 1))[0];    \
  }
DPT_WRITE_SLOTS(float)
DPT_WRITE_SLOTS(bfloat16)
#undef DPT_WRITE_SLOTS

// Rows of A in slots: where they lie, and the distances of rows and of segments.
typedef struct {
  const float *at;
  long row, segment;
} slot_rows;

// Whether values have their slots where they lie, all rows and segments being `distance` apart.
DPT_INLINE bool lie_in_slots(long length, long distance) { return DPT_PAIRED && length % 2 == 0 && distance % 2 == 0; }

// Floats of the slots of a row, of values that do not have them where they lie.
DPT_INLINE long slots_of_row(long segments, long length) { return segments * slots_of(length); }

#define DPT_ROWS_IN_SLOTS(TYPE)                                                                              \
  DPT_OVERLOADED slot_rows rows_in_slots(const TYPE *values, long stride, long rows, long segments, long length, \
                                         long segmentStride, float *scratch) {                               \
    const slot_rows made = {scratch, slots_of_row(segments, length), slots_of(length)};                      \
    for (long r = 0; r < rows; r++)                                                                          \
      for (long s = 0; s < segments; s++)                                                                    \
        write_slots(values + r * stride + s * segmentStride, length, scratch + r * made.row + s * made.segment); \
    return made;                                                                                             \
  }
DPT_ROWS_IN_SLOTS(float)
DPT_ROWS_IN_SLOTS(bfloat16)
#undef DPT_ROWS_IN_SLOTS

#endif
