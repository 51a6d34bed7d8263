// The four recurrent cells, forward and backward.
#include "driver.h"

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

// A layer of random sizes, directions and lengths; `run` makes the passes.
static void recurrence(cell shape, void (*forward)(const dpt_recurrence *), void (*backward)(const dpt_recurrence *)) {
  dpt_recurrence r = {
      .precision = precision, .steps = draw(1, 7), .batch = draw(1, 60), .hidden = draw(1, 40), .inputs = draw(1, 20), .reverse = draw_bool(),
  };
  r.endSample = r.batch;
  const long P = r.padded = PADDED(r.hidden);
  long rows = r.steps * r.batch;
  if (draw_bool()) {
    int32_t *starts = memory((size_t)(r.batch + 1) * sizeof(int32_t));
    for (long b = 0; b < r.batch; b++) starts[b + 1] = starts[b] + (int32_t)draw(0, r.steps);
    r.starts = starts;
    rows = starts[r.batch];
    r.before = values((rows + 1) * P);
    if (draw_bool()) r.initialH = random_values(r.batch * P, 1);
    if (shape.hasCell && draw_bool()) r.initialC = random_floats(r.batch * P, 1);
  }
  r.scratch = scratch(dpt_recurrent_scratch(precision, r.inputs, P, shape.groups, r.starts));
  r.xStride = PADDED(r.inputs);
  r.x = random_values((rows + 1) * r.xStride, 1);
  r.inputColumns = shape.inputs * P;
  r.inputWeights = random_panels(shape.inputs * P, 1, r.inputs, 0.5f);
  r.recurrent = random_panels(shape.recurrent * P, 1, r.hidden, 0.3f);
  r.recurrentBack = random_panels(P, shape.recurrent, r.hidden, 0.3f);
  r.bias = random_floats(shape.groups * P, 0.5f);
  r.gates = values((rows + 1) * shape.groups * P);
  r.h = random_values((rows + r.batch) * P, 1);
  if (shape.hasCell) {
    r.c = random_floats((rows + r.batch) * P, 1);
    r.tanhC = values((rows + 1) * P);
    r.dc = floats(r.batch * P);
  }
  r.dh = floats(r.batch * P);
  r.gradStride = P;
  if (draw_bool()) r.gradAll = random_values((rows + 1) * P, 1);
  else r.gradLast = random_values(r.batch * P, 1);
  forward(&r);
  hash_values(r.gates, rows * shape.groups, r.hidden, P);
  const long states = r.starts ? rows : rows + r.batch;
  hash_values(r.h, states, r.hidden, P);
  if (shape.hasCell) hash_rows(r.c, states, r.hidden, P);
  backward(&r);
  hash_values(r.gates, rows * shape.groups, r.hidden, P);
  hash_rows(r.dh, r.batch, r.hidden, P);
  if (r.starts) hash_values(r.before, rows, r.hidden, P);
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
  each_precision("lstm", 100, lstm);
  each_precision("gru", 100, gru);
  each_precision("gated", 100, gated);
  each_precision("rnn", 100, rnn);
}
