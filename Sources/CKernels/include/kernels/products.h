// Structs of the kernels of matrix products.
#ifndef DPT_KERNELS_PRODUCTS_H
#define DPT_KERNELS_PRODUCTS_H

#include <stdbool.h>
#include <stddef.h>

#include "precision.h"

/// The start values of a product's accumulators.
typedef enum {
  DPT_START_ZERO,
  /// One value per column, `bias`.
  DPT_START_BIAS,
  /// The present values of `c`.
  DPT_START_OUTPUT,
} dpt_start;

/// C = start + A · B.
typedef struct {
  /// Of A, B and C.
  dpt_precision precision;
  /// Rows of A; the inner dimension is `segments` segments of `segmentLength` values, `segmentStride` apart.
  const void *a;
  long aStride;
  long segments, segmentLength, segmentStride;
  /// B in panels of 16 columns (`dpt_pack`, then `dpt_round_panels`), inner length segments · segmentLength.
  const float *b;
  /// Start values for DPT_START_BIAS, padded with zeros to whole panels.
  const float *bias;
  void *c;
  long cStride;
  long rows, columns;
  dpt_start start;
  /// `dpt_product_scratch` floats.
  float *scratch;
} dpt_product;

/// C = bias + A · B with unpacked weights B: B[k][j] = weights[k · weightsStride + j], or, transposed,
/// weights[j · weightsStride + k]. They are packed during the product; the chains are those of `dpt_multiply`.
typedef struct {
  /// Of the product; of A and C as they lie in memory.
  dpt_precision precision, aPrecision, cPrecision;
  const void *a;
  long aStride;
  long inner;
  const float *weights;
  long weightsStride;
  bool transposed;
  /// One value per column, padded with zeros to whole panels; NULL for zeros.
  const float *bias;
  void *c;
  long cStride;
  long rows, columns;
  /// Memory for the weights being packed, `dpt_weights_product_scratch` floats.
  float *scratch;
} dpt_weights_product;

/// out[node][i][j] = sum over the node's shards, in the tree's order, of Σ a[row][i] · b[row][j].
///
/// b's columns may come in groups of `group` columns (a multiple of 16), such as gates. Only the first
/// `groupValid` of each group count: j numbers these, and column k of group q goes to out + i · outI + q · outGroup + k · outJ.
///
/// The rows of a shard are, for each outer step t ascending, the rows r of the shard's samples ascending, `positions`
/// rows per sample: a + t · aOuter + r · aStride.
typedef struct {
  /// Of the product; of a and b as they lie in memory.
  dpt_precision precision, aPrecision, bPrecision;
  const void *a;
  long aStride, aOuter;
  const void *b;
  long bStride, bOuter;
  long outer, positions;
  /// Columns of a; columns of b, with those of all groups and their pads.
  long m, n;
  /// 0 if b has no groups.
  long group, groupValid;
  float *out;
  long outI, outJ, outGroup, outNode;
  /// Memory for large products, which are cut into blocks, or NULL. Rounded products need it.
  float *scratch;
  size_t scratchCount;
} dpt_outer_product;

/// out[node][j] = sum over the node's shards of Σ base[row][j], rows as above; written to `second` too unless NULL. Columns
/// in groups are numbered as above, group after group.
typedef struct {
  dpt_precision precision;
  const void *base;
  long stride, outerStride, outer, positions;
  /// Columns, with those of all groups and their pads.
  long columns;
  /// 0 if there are no groups.
  long group, groupValid;
  float *out, *second;
  long outNode;
} dpt_row_sums;

#endif
