// A product with unpacked weights. It packs them a block at a time, and uses each block for all rows of A.
#ifndef DPT_WEIGHTS_PRODUCT_H
#define DPT_WEIGHTS_PRODUCT_H

#include "gemm.h"

// Inner length and columns of a block of weights: 256 KB, which fit into L2 with some rows of A.
#define DPT_WEIGHTS_INNER 256
#define DPT_WEIGHTS_COLUMNS 256

// Interleaves the lower or the upper halves of two rows' lanes.
#define DPT_MIX_LOWER(A, B) \
  __builtin_shufflevector(A, B, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define DPT_MIX_UPPER(A, B) \
  __builtin_shufflevector(A, B, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)

// to[k][j] = from[j][k] for 16 × 16 floats. Interleaving rows i and i + 8 rotates the bits of (row, lane) by one; four times
// swap row and lane.
DPT_INLINE void transpose_lanes(const float *from, long stride, float *to) {
  v16 rows[DPT_LANES], mixed[DPT_LANES];
#pragma clang loop unroll(full)
  for (int i = 0; i < DPT_LANES; i++) rows[i] = load(from + i * stride);
#pragma clang loop unroll(full)
  for (int turn = 0; turn < 4; turn++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < DPT_LANES / 2; i++) {
      mixed[2 * i] = DPT_MIX_LOWER(rows[i], rows[i + DPT_LANES / 2]);
      mixed[2 * i + 1] = DPT_MIX_UPPER(rows[i], rows[i + DPT_LANES / 2]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < DPT_LANES; i++) rows[i] = mixed[i];
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < DPT_LANES; i++) store(to + i * DPT_LANES, rows[i]);
}

// Packs the panel of `valid` columns of B from `column` on, rows first ..< first + inner.
DPT_INLINE void pack_panel(const dpt_weights_product *p, long first, long inner, long column, long valid, float *panel) {
  if (!p->transposed) {
    const float *w = p->weights + first * p->weightsStride + column;
    for (long k = 0; k < inner; k++, w += p->weightsStride) store(panel + k * DPT_LANES, load_some(w, valid));
    return;
  }
  const float *w = p->weights + column * p->weightsStride + first;
  long k = 0;
  if (valid == DPT_LANES)
    for (; k + DPT_LANES <= inner; k += DPT_LANES) transpose_lanes(w + k, p->weightsStride, panel + k * DPT_LANES);
  for (; k < inner; k++)
    for (long j = 0; j < DPT_LANES; j++) panel[k * DPT_LANES + j] = j < valid ? w[j * p->weightsStride + k] : 0;
}

static size_t weights_product_scratch(long inner, long columns) {
  const long panels = (columns + DPT_LANES - 1) / DPT_LANES;
  const long most = DPT_WEIGHTS_COLUMNS / DPT_LANES;
  return (size_t)((inner < DPT_WEIGHTS_INNER ? inner : DPT_WEIGHTS_INNER) * (panels < most ? panels : most) * DPT_LANES);
}

static void multiply_weights(const dpt_weights_product *p) {
  for (long column = 0; column < p->columns; column += DPT_WEIGHTS_COLUMNS) {
    const long rest = p->columns - column;
    const long columns = rest < DPT_WEIGHTS_COLUMNS ? rest : DPT_WEIGHTS_COLUMNS;
    for (long first = 0; first < p->inner; first += DPT_WEIGHTS_INNER) {
      const long inner = p->inner - first < DPT_WEIGHTS_INNER ? p->inner - first : DPT_WEIGHTS_INNER;
      for (long j = 0; j < columns; j += DPT_LANES)
        pack_panel(p, first, inner, column + j, columns - j < DPT_LANES ? columns - j : DPT_LANES,
                   p->scratch + j * inner);
      // Every element's chain of additions continues from block to block.
      const dpt_product product = {
          .a = p->a + first, .aStride = p->aStride, .segments = 1, .segmentLength = inner,
          .b = p->scratch, .bias = p->bias ? p->bias + column : NULL,
          .c = p->c + column, .cStride = p->cStride,
          .rows = p->rows, .columns = columns,
          .start = first > 0 ? DPT_START_OUTPUT : p->bias ? DPT_START_BIAS : DPT_START_ZERO,
      };
      multiply(&product);
    }
  }
}

#endif
