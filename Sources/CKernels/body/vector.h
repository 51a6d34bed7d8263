// Sixteen float lanes, and the basic operations of the kernels. The compiler splits them into the target's vectors.
#ifndef DPT_VECTOR_H
#define DPT_VECTOR_H

#include "../include/CKernels.h"
#include <math.h>
#include <string.h>

typedef float v16 __attribute__((ext_vector_type(16)));
typedef int32_t i16 __attribute__((ext_vector_type(16)));
typedef uint16_t h16 __attribute__((ext_vector_type(16)));

// All functions with vector parameters are inlined, so the calling convention does not matter.
#pragma clang diagnostic ignored "-Wpsabi"
// Values in memory are `void *` in the kernels' structs: arithmetic must not count their bytes.
#pragma clang diagnostic error "-Wpointer-arith"

#define DPT_INLINE static inline __attribute__((always_inline))
// A function that there is for floats and for values of 16 bits.
#define DPT_OVERLOADED DPT_INLINE __attribute__((overloadable))

DPT_OVERLOADED v16 load(const float *p) {
  v16 v;
  memcpy(&v, p, sizeof v);
  return v;
}
DPT_OVERLOADED void store(float *p, v16 v) { memcpy(p, &v, sizeof v); }
// Prefetches a group of lanes into L2.
DPT_INLINE void fetch_ahead(const void *p) { __builtin_prefetch(p, 0, 2); }
DPT_INLINE v16 splat(float x) { return (v16)x; }
// A single value.
DPT_OVERLOADED float get(const float *p) { return *p; }
DPT_OVERLOADED void put(float *p, float x) { *p = x; }
DPT_INLINE v16 fma16(v16 a, v16 b, v16 c) { return __builtin_elementwise_fma(a, b, c); }
DPT_INLINE v16 sqrt16(v16 a) { return __builtin_elementwise_sqrt(a); }
DPT_INLINE i16 bits(v16 a) { return (i16)a; }
DPT_INLINE v16 floats(i16 a) { return (v16)a; }
// Selects lanes: of `a` if the mask is all ones, of `b` if it is zero.
DPT_INLINE v16 choose(i16 mask, v16 a, v16 b) { return floats((mask & bits(a)) | (~mask & bits(b))); }
// The larger and the smaller of both, lane by lane; b if one of them is NaN.
DPT_INLINE v16 larger(v16 a, v16 b) { return choose(a > b, a, b); }
DPT_INLINE v16 smaller(v16 a, v16 b) { return choose(a < b, a, b); }
// The first n floats (n ≤ 16), then zeros.
DPT_OVERLOADED v16 load_some(const float *p, long n) {
  if (n >= DPT_LANES) return load(p);
  v16 v = 0;
  memcpy(&v, p, (size_t)n * sizeof(float));
  return v;
}
DPT_OVERLOADED void store_some(float *p, v16 v, long n) {
  if (n >= DPT_LANES) store(p, v);
  else memcpy(p, &v, (size_t)n * sizeof(float));
}
// The first n lanes, then zeros.
DPT_INLINE v16 first_lanes(v16 v, long n) {
  if (n >= DPT_LANES) return v;
  const i16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return choose(lane < (i16)(int32_t)n, v, (v16)0.0f);
}
// n rounded up to whole groups of lanes.
DPT_INLINE long padded_to_lanes(long n) { return (n + DPT_LANES - 1) / DPT_LANES * DPT_LANES; }
// The lanes' sum, ascending.
DPT_INLINE float sum_of_lanes(v16 v) {
  float sum = v[0];
  for (int l = 1; l < DPT_LANES; l++) sum += v[l];
  return sum;
}

#endif
