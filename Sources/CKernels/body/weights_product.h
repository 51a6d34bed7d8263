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

#if DPT_ROUNDED

// A chain of rounded products has no break, since a sum in memory would be rounded: columns are packed over their whole inner
// length. As many are packed at once as fit into this number of floats; and so are rows of A, if they must be laid out in slots.
#define DPT_PACKED_WEIGHTS (1L << 20)
#define DPT_PACKED_ROWS (1L << 18)

// Columns of a block of weights.
DPT_INLINE long weight_columns(long inner, long columns) {
  const long few = 2 * DPT_LANES, most = DPT_PACKED_WEIGHTS / (inner > 0 ? inner : 1) / few * few;
  const long wanted = most < few ? few : most < DPT_WEIGHTS_COLUMNS ? most : DPT_WEIGHTS_COLUMNS;
  return columns < wanted ? padded_to_lanes(columns) : wanted;
}

// Rows of A at once, if they must be laid out in slots.
DPT_INLINE long laid_rows(long rows, long inner) {
  const long few = 4 * DPT_TILE_ROWS, wanted = DPT_PACKED_ROWS / (inner > 0 ? inner : 1);
  const long most = wanted < few ? few : wanted < 2 * DPT_PRODUCT_BLOCK ? wanted : 2 * DPT_PRODUCT_BLOCK;
  return rows < most ? rows : most;
}

static size_t product_scratch(dpt_precision precision, long rows, long inner) {
  (void)precision;
  return (size_t)(laid_rows(rows, inner) * inner);
}

static size_t weights_product_scratch(dpt_precision precision, long rows, long inner, long columns) {
  return (size_t)(inner * weight_columns(inner, columns)) + product_scratch(precision, rows, inner);
}

// Rounds panels, and puts pairs of their rows into slots.
static void round_panels(dpt_precision precision, float *packed, long panels, long segments, long length) {
  (void)precision;
  float *to = packed;
  for (long s = 0; s < panels * segments; s++)
    for (long k = 0; k < length; k += DPT_PAIRED ? 2 : 1, to += DPT_LANES) {
      const float *row = packed + (s * length + k) * DPT_LANES;
#if DPT_PAIRED
      store(to, paired(rounded_halves(load(row)), k + 1 < length ? rounded_halves(load(row + DPT_LANES)) : DPT_NO_PARTNER));
#else
      const v16 value = floats_of_halves(rounded_halves(load(row)));
      if (k % 2 == 0) {
        store(to, value);
      } else {
        const v16 first = load(to - DPT_LANES);
        store(to - DPT_LANES, value);
        store(to, first);
      }
#endif
    }
}

// Some rows of A in slots.
DPT_INLINE slot_rows slots_of_a(const void *a, dpt_precision precision, long first, long stride, long rows, long segments,
                                long length, long segmentStride, float *scratch) {
  if (precision == DPT_IN_FLOAT32)
    return rows_in_slots((const float *)a + first * stride, stride, rows, segments, length, segmentStride, scratch);
  const element *values = (const element *)a + first * stride;
  if (lie_in_slots(length, stride) && segmentStride % 2 == 0)
    return (slot_rows){(const float *)values, stride / 2, segmentStride / 2};
  return rows_in_slots(values, stride, rows, segments, length, segmentStride, scratch);
}

static void multiply(const dpt_product *p) {
  const long most = laid_rows(p->rows, p->segments * p->segmentLength);
  for (long first = 0; first < p->rows; first += most) {
    const long rows = p->rows - first < most ? p->rows - first : most;
    const slot_rows a = slots_of_a(p->a, p->precision, first, p->aStride, rows, p->segments, p->segmentLength,
                                   p->segmentStride, p->scratch);
    const slot_product product = {
        .rule = DPT_OF_ROUNDED, .a = a.at, .aStride = a.row, .segments = p->segments,
        .segmentLength = slots_of(p->segmentLength), .segmentStride = a.segment, .b = p->b, .bias = p->bias,
        .c = (element *)p->c + first * p->cStride, .rounds = true, .cStride = p->cStride, .rows = rows,
        .columns = p->columns, .start = p->start,
    };
    multiply_slots(&product);
  }
}

static void multiply_weights(const dpt_weights_product *p) {
  // Values that lie in slots need no memory for them, so that all rows take the weights at once.
  const bool inPlace = p->aPrecision == DPT_IN_BFLOAT16 && lie_in_slots(p->inner, p->aStride);
  const long most = inPlace ? p->rows : laid_rows(p->rows, p->inner), slots = slots_of(p->inner);
  const long width = weight_columns(p->inner, p->columns);
  float *weights = p->scratch, *laid = weights + p->inner * width;
  for (long first = 0; first < p->rows; first += most) {
    const long rows = p->rows - first < most ? p->rows - first : most;
    const slot_rows a = slots_of_a(p->a, p->aPrecision, first, p->aStride, rows, 1, p->inner, 0, laid);
    for (long column = 0; column < p->columns; column += width) {
      const long rest = p->columns - column, columns = rest < width ? rest : width;
      for (long j = 0; j < columns; j += DPT_LANES)
        pack_panel(p, 0, p->inner, column + j, columns - j < DPT_LANES ? columns - j : DPT_LANES, weights + j * p->inner);
      round_panels(p->precision, weights, padded_to_lanes(columns) / DPT_LANES, 1, p->inner);
      const bool rounds = p->cPrecision == DPT_IN_BFLOAT16;
      const long at = first * p->cStride + column;
      const slot_product product = {
          .rule = DPT_OF_ROUNDED, .a = a.at, .aStride = a.row, .segments = 1, .segmentLength = slots,
          .b = weights, .bias = p->bias ? p->bias + column : NULL,
          .c = rounds ? (void *)((element *)p->c + at) : (void *)((float *)p->c + at), .rounds = rounds,
          .cStride = p->cStride, .rows = rows, .columns = columns,
          .start = p->bias ? DPT_START_BIAS : DPT_START_ZERO,
      };
      multiply_slots(&product);
    }
  }
}

#else

static size_t product_scratch(dpt_precision precision, long rows, long inner) {
  return (void)precision, (void)rows, (void)inner, 0;
}

static size_t weights_product_scratch(dpt_precision precision, long rows, long inner, long columns) {
  (void)precision, (void)rows;
  const long most = padded_to_lanes(columns < DPT_WEIGHTS_COLUMNS ? columns : DPT_WEIGHTS_COLUMNS);
  return (size_t)((inner < DPT_WEIGHTS_INNER ? inner : DPT_WEIGHTS_INNER) * most);
}

// Panels stay as they are.
static void round_panels(dpt_precision precision, float *packed, long panels, long segments, long length) {
  (void)precision, (void)packed, (void)panels, (void)segments, (void)length;
}

static void multiply(const dpt_product *p) {
  const slot_product product = {
      .rule = DPT_OF_FLOATS, .a = p->a, .aStride = p->aStride, .segments = p->segments, .segmentLength = p->segmentLength,
      .segmentStride = p->segmentStride, .b = p->b, .bias = p->bias, .c = p->c, .cStride = p->cStride, .rows = p->rows,
      .columns = p->columns, .start = p->start,
  };
  multiply_slots(&product);
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
      const slot_product product = {
          .rule = DPT_OF_FLOATS, .a = (const float *)p->a + first, .aStride = p->aStride, .segments = 1,
          .segmentLength = inner, .b = p->scratch, .bias = p->bias ? p->bias + column : NULL,
          .c = (float *)p->c + column, .cStride = p->cStride,
          .rows = p->rows, .columns = columns,
          .start = first > 0 ? DPT_START_OUTPUT : p->bias ? DPT_START_BIAS : DPT_START_ZERO,
      };
      multiply_slots(&product);
    }
  }
}

#endif

#endif
