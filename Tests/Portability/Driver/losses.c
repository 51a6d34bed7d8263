// The losses.
#include "rows.h"

// A model's outputs of random size.
static dpt_loss_pass draw_loss_pass(column_bounds columns) {
  dpt_loss_pass p = {.rows = draw(1, 48), .columns = draw(columns.least, columns.most)};
  p.stride = p.gradientStride = PADDED(p.columns);
  float *outputs = random_floats(p.rows * p.stride, draw_bool() ? 3 : 60);
  if (draw(0, 3) == 0) outputs[draw(0, p.rows * p.stride - 1)] = draw_any_float();
  p.outputs = outputs;
  p.records = floats(p.rows * DPT_LANES);
  p.gradient = floats(p.rows * p.stride);
  return p;
}

static void hash_losses(const dpt_loss_pass *p) {
  hash_floats(p->records, p->rows * DPT_LANES);
  hash_rows(p->gradient, p->rows, p->columns, p->stride);
}

static void cross_entropy_of(column_bounds columns) {
  const dpt_loss_pass p = draw_loss_pass(columns);
  int32_t *targets = memory((size_t)p.rows * sizeof(int32_t));
  for (long i = 0; i < p.rows; i++) targets[i] = (int32_t)draw(0, p.columns - 1);
  dpt_class_targets classes = {.targets = targets, .ignores = draw_bool(), .ignored = (int32_t)draw(0, p.columns - 1)};
  if (draw_bool()) {
    float *weights = floats(PADDED(p.columns));
    for (long k = 0; k < p.columns; k++) classes.weightSum += weights[k] = 1.5f + draw_float(1);
    classes.weights = weights;
    classes.smoothing = draw_bool() ? 0.25f + draw_float(0.25f) : 0;
  }
  if (draw_bool()) {
    int32_t *partners = memory((size_t)p.rows * sizeof(int32_t));
    for (long i = 0; i < p.rows; i++) partners[i] = (int32_t)draw(0, p.columns - 1);
    classes.partners = partners;
    classes.share = 0.5f + draw_float(0.5f);
  }
  // The focal loss has no smoothing.
  if (classes.smoothing == 0 && draw_bool()) classes.gamma = 2 + draw_float(2);
  dpt_cross_entropy(&p, &classes);
  hash_losses(&p);
}

static void cross_entropy(void) { cross_entropy_of(kFewColumns); }

static void many_classes(void) { cross_entropy_of(kManyColumns); }

static void value_loss(void) {
  const dpt_loss_pass p = draw_loss_pass(kFewColumns);
  const float *targets = random_floats(p.rows * p.stride, 3);
  for (int kind = DPT_SQUARED; kind <= DPT_BINARY; kind++) {
    dpt_value_loss((dpt_value_loss_kind)kind, 1.5f + draw_float(1), &p, targets, p.stride);
    hash_losses(&p);
  }
}

static void event_loss(void) {
  const dpt_loss_pass p = draw_loss_pass(kFewColumns);
  dpt_event_targets events = {.targets = random_floats(p.rows * p.stride, 1), .stride = p.stride};
  if (draw_bool()) {
    float *weights = floats(PADDED(p.columns));
    for (long k = 0; k < p.columns; k++) weights[k] = 1.5f + draw_float(1);
    events.positiveWeights = weights;
  } else {
    events.alpha = draw_float(1);
    events.gamma = draw_bool() ? 2 + draw_float(2) : 0;
  }
  dpt_event_loss(&p, &events);
  hash_losses(&p);
}

void loss_cases(void) {
  each_case("cross-entropy", 200, cross_entropy);
  each_case("cross-entropy-many", 60, many_classes);
  each_case("value-loss", 200, value_loss);
  each_case("event-loss", 200, event_loss);
}
