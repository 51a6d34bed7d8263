// Measures the processor's peak: independent chains of multiply-adds in registers, as many as a tile of the micro-kernel
// has.
#ifndef DPT_PEAK_H
#define DPT_PEAK_H

#include "values.h"

#if DPT_PAIRED
// An operand of pairs of the same value.
DPT_INLINE v16 peak_operand(float x) {
  const i16 half = __builtin_convertvector(rounded_halves(splat(x)), i16);
  return floats(half | half << 16);
}
DPT_INLINE v16 peak_step(v16 x, v16 factor, v16 summand) {
  return (v16)_mm512_dpbf16_ps((__m512)x, (__m512bh)factor, (__m512bh)summand);
}
#define DPT_PEAK_OPERATIONS 4.0
#else
DPT_INLINE v16 peak_operand(float x) { return splat(x); }
DPT_INLINE v16 peak_step(v16 x, v16 factor, v16 summand) { return fma16(x, factor, summand); }
#define DPT_PEAK_OPERATIONS 2.0
#endif

static double multiply_adds(dpt_precision precision, long turns, float factor, float summand, float *result) {
  (void)precision;
  v16 chain[DPT_TILE_ROWS][DPT_TILE_PANELS];
  const v16 y = peak_operand(factor), z = peak_operand(summand);
#pragma clang loop unroll(full)
  for (int i = 0; i < DPT_TILE_ROWS; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < DPT_TILE_PANELS; j++) chain[i][j] = splat((float)(i * DPT_TILE_PANELS + j));
  for (long turn = 0; turn < turns; turn++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < DPT_TILE_ROWS; i++)
#pragma clang loop unroll(full)
      for (int j = 0; j < DPT_TILE_PANELS; j++) chain[i][j] = peak_step(chain[i][j], y, z);
  }
  // The result is the sum of all chains, so that the compiler cannot drop one.
  v16 sum = splat(0.0f);
#pragma clang loop unroll(full)
  for (int i = 0; i < DPT_TILE_ROWS; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < DPT_TILE_PANELS; j++) sum += chain[i][j];
  store(result, sum);
  return DPT_PEAK_OPERATIONS * DPT_LANES * DPT_TILE_ROWS * DPT_TILE_PANELS * (double)turns;
}

#endif
