// Structs of the kernels of layers that work row by row.
#ifndef DPT_KERNELS_ROWS_H
#define DPT_KERNELS_ROWS_H

#include <stdint.h>

#include "precision.h"

/// A layer's values: `rows` rows of `columns` values of input x, of result y and, in the backward pass, of the gradient g of the
/// layer's output. Whole groups of 16 columns of y are written.
typedef struct {
  dpt_precision precision;
  const void *x;
  long xStride;
  const void *g;
  long gStride;
  void *y;
  long yStride;
  long rows, columns;
} dpt_row_pass;

typedef enum {
  /// max(0, x)
  DPT_RELU,
  /// x if positive, else x · parameter
  DPT_LEAKY_RELU,
  DPT_TANH,
  /// 1 / (1 + e^−x)
  DPT_SIGMOID,
  /// x · Φ(x), Φ the standard normal distribution function
  DPT_GELU,
  /// ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))
  DPT_GELU_TANH,
  /// x / (1 + e^−x)
  DPT_SILU,
  /// min(max(0, x), 6)
  DPT_RELU6,
  /// x · min(max(0, x + 3), 6) / 6
  DPT_HARDSWISH,
  /// min(max(0, x + 3), 6) / 6
  DPT_HARDSIGMOID,
  /// x · second if positive, else (e^x − 1) · parameter
  DPT_ELU,
  /// log(1 + e^(x · parameter)) / parameter, but x if x · parameter > second
  DPT_SOFTPLUS,
  /// x · tanh(log(1 + e^x))
  DPT_MISH,
} dpt_activation_kind;

/// The choice of dropout: it keeps values whose random word is at least `threshold`. The word only depends on (seed, stream,
/// step, sample, place in the sample).
typedef struct {
  /// The rows are steps × batch × positions, or, unless `starts` is NULL, sample after sample: starts[b] ..< starts[b + 1].
  long steps, batch, positions;
  const int32_t *starts;
  /// The first sample's index in the global batch.
  long firstSample;
  uint64_t seed;
  uint32_t stream, step, threshold;
  /// The factor of kept values.
  float scale;
} dpt_dropout_mask;

/// The weights of layer normalization or RMS normalization, and the statistics of each row.
typedef struct {
  /// One value per column, padded with zeros to whole groups of 16. RMS normalization has no bias.
  const float *weight, *bias;
  float epsilon;
  /// Mean and 1 / deviation of every row, or only 1 / root of the mean square; written by the forward pass and read by the
  /// backward pass.
  float *statistics;
} dpt_row_norm;

/// Group normalization of samples: channels are `groups` groups of as many. Each sample has `rows` rows, `step` rows apart, and
/// the next sample's are `distance` rows behind; or, unless `starts` is NULL, rows starts[b] ..< starts[b + 1], and `step` is 1.
typedef struct {
  long batch, groups;
  const int32_t *starts;
  long rows, step, distance;
  /// One value per channel, padded with zeros to whole groups of 16; or NULL for ones and zeros.
  const float *weight, *bias;
  float epsilon;
  /// Two rows for each sample, padded to whole groups of 16: each channel's mean and 1 / deviation, written by the forward pass
  /// and read by the backward pass.
  float *statistics;
  /// Three such rows.
  float *scratch;
} dpt_group_norm_settings;

/// Normalization by the neighbours among the channels.
typedef struct {
  /// The number of channels in a window; the channel itself is behind size / 2 others.
  long size;
  float alpha, beta, k;
  /// `dpt_local_response_scratch` floats.
  float *scratch;
} dpt_local_response;

/// Rows, each of which looked up one entry of a table of `entries` rows of `columns`.
typedef struct {
  long entries, columns, batch;
  /// entries + 1 places in `order`: the rows that looked up entry e are order[starts[e]] ..< order[starts[e + 1]].
  const int32_t *starts;
  /// Row numbers (step · batch + sample), for each entry by shard, then step, then sample.
  const int32_t *order;
  /// An entry whose gradient is zero, or −1.
  long skipped;
  /// Of the gradient.
  dpt_precision precision;
  const void *gradient;
  long stride;
  float *out;
  long outNode;
} dpt_lookup;

/// Rows of activations: `outer` steps of the samples' `positions` rows each, as in dpt_outer_product.
typedef struct {
  dpt_precision precision;
  const void *base;
  long stride, outerStride, outer, positions, columns;
} dpt_rows;

/// What the sums of batch normalization's backward pass are made of: rows of x, and of dy, `dyStride` values apart.
typedef struct {
  dpt_rows x;
  const void *dy;
  long dyStride;
  /// One value per column, in whole groups of 16.
  const float *mean, *inverse;
  /// If a ReLU follows: what `dpt_scale_rows` scaled by. Where its output was not positive, dy counts as 0. Else NULL.
  const float *factor, *shift;
} dpt_batch_norm_sums;

/// What the gradients of rows are combined from, one value per column each: a · (g − c + b · (x − mean)); `factor` and
/// `shift` as in dpt_batch_norm_sums.
typedef struct {
  const float *mean, *a, *b, *c, *factor, *shift;
} dpt_norm_gradient;

#endif
