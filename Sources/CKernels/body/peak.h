// Measures the processor's peak: independent chains of fused multiply-adds in registers, as many as a tile of the
// micro-kernel has.
#ifndef DPT_PEAK_H
#define DPT_PEAK_H

#include "vector.h"

static double multiply_adds(long turns, float factor, float summand, float *result) {
  v16 chain[DPT_TILE_ROWS][DPT_TILE_PANELS];
  const v16 y = splat(factor), z = splat(summand);
#pragma clang loop unroll(full)
  for (int i = 0; i < DPT_TILE_ROWS; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < DPT_TILE_PANELS; j++) chain[i][j] = splat((float)(i * DPT_TILE_PANELS + j));
  for (long turn = 0; turn < turns; turn++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < DPT_TILE_ROWS; i++)
#pragma clang loop unroll(full)
      for (int j = 0; j < DPT_TILE_PANELS; j++) chain[i][j] = fma16(chain[i][j], y, z);
  }
  // The result is the sum of all chains, so that the compiler cannot drop one.
  v16 sum = splat(0.0f);
#pragma clang loop unroll(full)
  for (int i = 0; i < DPT_TILE_ROWS; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < DPT_TILE_PANELS; j++) sum += chain[i][j];
  store(result, sum);
  return 2.0 * DPT_LANES * DPT_TILE_ROWS * DPT_TILE_PANELS * (double)turns;
}

#endif
