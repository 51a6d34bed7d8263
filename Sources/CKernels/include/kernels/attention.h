// Structs of the kernels of attention pooling.
#ifndef DPT_KERNELS_ATTENTION_H
#define DPT_KERNELS_ATTENTION_H

#include <stdint.h>

#include "precision.h"

/// Sequences x and a score for each of their steps, whose weight is the softmax over the scores of its sample.
typedef struct {
  /// Of x, the scores and their gradients.
  dpt_precision precision;
  /// The rows are steps × batch, or, unless `starts` is NULL, sample after sample: starts[b] ..< starts[b + 1].
  long steps, batch;
  const int32_t *starts;
  const void *x;
  long xStride, columns;
  /// A row of one column for each row of x.
  const void *scores;
  long scoreStride;
  /// Each step's weight, sample after sample: written by the forward pass and read by the backward pass.
  float *weights;
} dpt_attention;

/// The gradients of attention pooling.
typedef struct {
  /// ∂ℓ/∂y, a row for each sample.
  const void *dy;
  long dyStride;
  /// ∂ℓ/∂x with the weights as they are, or NULL if it is not wanted.
  void *dx;
  long dxStride;
  /// ∂ℓ/∂scores; whole groups of 16 columns are written.
  void *scores;
  long scoreStride;
  /// Memory for the steps of one sample.
  float *scratch;
} dpt_attention_gradient;

#endif
