// Structs of the kernels of recurrent layers.
#ifndef DPT_KERNELS_RECURRENT_H
#define DPT_KERNELS_RECURRENT_H

#include <stdbool.h>
#include <stdint.h>

#include "precision.h"

/// One direction of a recurrent layer over `steps` steps of `batch` samples; hidden rows are `padded` floats wide
/// (hidden size rounded up to 16). Time-major: row (t, b) is at (t · batch + b). A row of the gates is made of groups of
/// `padded` lanes: i, f, g, o (LSTM); the one pre-activation (RNN); n, r, z, m (GRU); c, v (gated).
///
/// With `starts` the samples differ in length and lie one after the other: row (t, b) is at starts[b] + t everywhere.
typedef struct {
  /// Of inputs, gates, hidden states and their gradients; cell states are float32.
  dpt_precision precision;
  long steps, batch, hidden, padded;
  /// The samples to compute: firstSample ..< endSample.
  long firstSample, endSample;
  /// Whether the steps run from the last to the first.
  bool reverse;
  /// Where each sample's rows start, and the number of all rows (batch + 1 numbers), or NULL.
  const int32_t *starts;
  /// Whether all this exceeds the caches; then each step's rows are prefetched during the step before.
  bool fetchesAhead;
  /// The inputs, (steps × batch) rows of `inputs` floats, `xStride` apart, and their weights, transposed and packed per
  /// gate: inputColumns columns (of the gates that inputs add to, which come first), inner length inputs.
  const void *x;
  long xStride, inputs, inputColumns;
  const float *inputWeights;
  /// Recurrent weights transposed and packed per gate: groups · padded columns, inner length hidden.
  const float *recurrent;
  /// Recurrent weights packed for the backward pass: inner length groups · hidden, `hidden` columns.
  const float *recurrentBack;
  /// Bias of every group.
  const float *bias;
  /// (steps × batch) rows: the activated gates; after the backward pass, the gradients of the pre-activations.
  void *gates;
  /// (steps + 1) × batch rows; block t is the state before step t and block t + 1 the state after it; in reverse it is
  /// the opposite. The block before the direction's first step is the initial state. With `starts`: a row for the state after
  /// each step. `c`, LSTM only, or NULL.
  void *h;
  float *c;
  /// With `starts`: the initial states, batch rows each, and, written by the backward pass, a row for the hidden state before
  /// each step. `initialC`, LSTM only, or NULL.
  const void *initialH;
  const float *initialC;
  void *before;
  /// LSTM: tanh of the cell state, steps × batch rows.
  void *tanhC;
  /// Backward: gradient arriving at every step's output (steps × batch rows, stride gradStride), or NULL.
  const void *gradAll;
  /// Backward: gradient arriving at each sample's last valid step (in reverse, first) only (batch rows), or NULL.
  const void *gradLast;
  long gradStride;
  /// `dpt_recurrent_scratch` floats.
  float *scratch;
  /// Backward scratch: batch rows each; `dc`, LSTM only, or NULL.
  float *dh, *dc;
  /// Backward: the whole gradient of the state after every valid step is written here for observers (steps × batch
  /// rows), unless NULL.
  float *stateGradients;
} dpt_recurrence;

#endif
