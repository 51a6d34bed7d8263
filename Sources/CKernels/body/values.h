// The values of activations and their gradients, as the precision of these kernels has them in memory: floats, or bfloat16.
// All arithmetic is that of floats.
#ifndef DPT_VALUES_H
#define DPT_VALUES_H

#include "vector.h"

// The upper half of a float. A struct, so that nothing computes with it by mistake.
typedef struct {
  uint16_t bits;
} bfloat16;

// What lies in memory.
#if DPT_ROUNDED
typedef bfloat16 element;
#else
typedef float element;
#endif

// MARK: bfloat16

// The nearest bfloat16, ties to even, as VCVTNEPS2BF16 gives it: denormal numbers become zeros of their sign, and NaN is quiet.
DPT_INLINE h16 rounded_halves(v16 x) {
#if DPT_PAIRED
  return (h16)_mm512_cvtneps_pbh((__m512)x);
#else
  const i16 all = bits(x);
  i16 rounded = all + 0x7fff + ((all >> 16) & 1);
  // These choices compile to masks and blends, half as many instructions as bit operations.
  rounded = (all & 0x7f800000) == 0 ? all & INT32_MIN : rounded;
  rounded = x != x ? all | 0x00400000 : rounded;
  return __builtin_convertvector((rounded >> 16) & 0xffff, h16);
#endif
}

DPT_INLINE v16 floats_of_halves(h16 h) { return floats(__builtin_convertvector(h, i16) << 16); }

DPT_INLINE h16 halves_at(const bfloat16 *p) {
  h16 v;
  memcpy(&v, p, sizeof v);
  return v;
}

DPT_OVERLOADED v16 load(const bfloat16 *p) { return floats_of_halves(halves_at(p)); }
DPT_OVERLOADED void store(bfloat16 *p, v16 v) {
  const h16 h = rounded_halves(v);
  memcpy(p, &h, sizeof h);
}
DPT_OVERLOADED v16 load_some(const bfloat16 *p, long n) {
  if (n >= DPT_LANES) return load(p);
  h16 h = 0;
  memcpy(&h, p, (size_t)n * sizeof *p);
  return floats_of_halves(h);
}
DPT_OVERLOADED void store_some(bfloat16 *p, v16 v, long n) {
  if (n >= DPT_LANES) {
    store(p, v);
    return;
  }
  const h16 h = rounded_halves(v);
  memcpy(p, &h, (size_t)n * sizeof *p);
}
DPT_OVERLOADED float get(const bfloat16 *p) {
  const uint32_t all = (uint32_t)p->bits << 16;
  float x;
  memcpy(&x, &all, sizeof x);
  return x;
}
DPT_OVERLOADED void put(bfloat16 *p, float x) { p->bits = rounded_halves(splat(x))[0]; }

#endif
