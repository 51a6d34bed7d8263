// The struct of the kernels that join and divide the outputs of layers side by side.
#ifndef DPT_KERNELS_JOINS_H
#define DPT_KERNELS_JOINS_H

#include <stdbool.h>
#include <stdint.h>

#include "precision.h"

/// Rows of a and b of `columns` values, and of what is made of them, y.
typedef struct {
  dpt_precision precision;
  /// The rows are steps × batch × positions, or, unless `starts` is NULL, sample after sample: starts[b] ..< starts[b + 1].
  long steps, batch, positions;
  const int32_t *starts;
  long columns;
  const void *a;
  long aStride;
  const void *b;
  long bStride;
  /// Whether b has one row for each sample.
  bool isShared;
  void *y;
  long yStride;
  /// How many columns of y a copy writes, zeros behind `columns`.
  long copied;
} dpt_join;

#endif
