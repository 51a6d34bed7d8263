// The four recurrent cells, forward and backward.
#include "driver.h"

typedef void (*recurrent_pass)(const dpt_recurrence *);

typedef struct {
  // The number of all groups of gates, and of those that inputs and states add to.
  long groups, inputs, recurrent;
  bool hasCell;
} cell;

// Packed weights of an inner length of `segments` segments.
static float *random_panels(long columns, long segments, long length, float size) {
  float *packed = random_floats((long)dpt_packed_count(segments * length, columns), size);
  dpt_round_panels(precision, packed, columns / DPT_LANES, segments, length);
  return packed;
}

// A layer of random sizes and directions, whose sequences have equal lengths or different ones.
static dpt_recurrence draw_recurrence(cell shape) {
  dpt_recurrence r = {
      .precision = precision, .steps = draw(1, 7), .batch = draw(1, 110), .hidden = draw(1, 40), .inputs = draw(1, 20),
      .reverse = draw_bool(), .fetchesAhead = draw_bool(),
  };
  const long P = r.padded = PADDED(r.hidden);
  long rows = r.steps * r.batch;
  if (draw_bool()) {
    int32_t *starts = memory((size_t)(r.batch + 1) * sizeof(int32_t));
    for (long b = 0; b < r.batch; b++) starts[b + 1] = starts[b] + (int32_t)draw(0, r.steps);
    r.starts = starts;
    rows = starts[r.batch];
    r.before = values(rows * P);
    if (draw_bool()) r.initialH = random_values(r.batch * P, 1);
    if (shape.hasCell && draw_bool()) r.initialC = random_floats(r.batch * P, 1);
  }
  r.scratch = scratch(dpt_recurrent_scratch(precision, r.inputs, P, shape.groups, r.starts));
  r.xStride = PADDED(r.inputs) + 16 * draw(0, 1);
  r.x = random_values(rows * r.xStride, 1);
  r.inputColumns = shape.inputs * P;
  r.inputWeights = random_panels(shape.inputs * P, 1, r.inputs, 0.5f);
  r.recurrent = random_panels(shape.recurrent * P, 1, r.hidden, 0.3f);
  r.recurrentBack = random_panels(P, shape.recurrent, r.hidden, 0.3f);
  r.bias = random_starts(shape.groups * P, 0.5f);
  r.gates = values(rows * shape.groups * P);
  r.h = random_values((rows + r.batch) * P, 1);
  if (shape.hasCell) {
    r.c = random_floats((rows + r.batch) * P, 1);
    r.tanhC = values(rows * P);
    r.dc = floats(r.batch * P);
  }
  r.dh = floats(r.batch * P);
  r.gradStride = P + 16 * draw(0, 1);
  if (draw_bool()) r.gradAll = random_values(rows * r.gradStride, 1);
  else r.gradLast = random_values(r.batch * r.gradStride, 1);
  if (draw_bool()) r.stateGradients = floats(rows * P);
  return r;
}

// All samples, in two calls.
static void run(recurrent_pass pass, dpt_recurrence *r, long middle) {
  r->firstSample = 0;
  r->endSample = middle;
  pass(r);
  r->firstSample = middle;
  r->endSample = r->batch;
  pass(r);
}

static void recurrence(cell shape, recurrent_pass forward, recurrent_pass backward) {
  dpt_recurrence r = draw_recurrence(shape);
  const long P = r.padded, rows = r.starts ? r.starts[r.batch] : r.steps * r.batch;
  run(forward, &r, draw(0, r.batch));
  hash_values(r.gates, rows * shape.groups, r.hidden, P);
  const long states = r.starts ? rows : rows + r.batch;
  hash_values(r.h, states, r.hidden, P);
  if (shape.hasCell) hash_rows(r.c, states, r.hidden, P);
  run(backward, &r, draw(0, r.batch));
  hash_values(r.gates, rows * shape.groups, r.hidden, P);
  hash_rows(r.dh, r.batch, r.hidden, P);
  if (r.starts) hash_values(r.before, rows, r.hidden, P);
  if (r.stateGradients) hash_rows(r.stateGradients, rows, r.hidden, P);
}

static void lstm(void) { recurrence((cell){4, 4, 4, true}, dpt_lstm_forward, dpt_lstm_backward); }
static void gru(void) { recurrence((cell){4, 3, 3, false}, dpt_gru_forward, dpt_gru_backward); }
static void gated(void) { recurrence((cell){2, 2, 1, false}, dpt_gated_forward, dpt_gated_backward); }

static bool usesReLU;
static void rnn_forward(const dpt_recurrence *r) { dpt_rnn_forward(r, usesReLU); }
static void rnn_backward(const dpt_recurrence *r) { dpt_rnn_backward(r, usesReLU); }
static void rnn(void) {
  usesReLU = draw_bool();
  recurrence((cell){1, 1, 1, false}, rnn_forward, rnn_backward);
}

void recurrence_cases(void) {
  each_precision("lstm", 200, lstm);
  each_precision("gru", 200, gru);
  each_precision("gated", 200, gated);
  each_precision("rnn", 200, rnn);
}
