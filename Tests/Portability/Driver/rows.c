// Layers that work row by row, and the loss.
#include "driver.h"

// Rows of random size; values of ±`size`, now and then any float.
static dpt_row_pass draw_rows(float size) {
  dpt_row_pass r = {.rows = draw(1, 20), .columns = draw(1, 60)};
  r.xStride = PADDED(r.columns) + 16 * draw(0, 1);
  r.gStride = PADDED(r.columns) + 16 * draw(0, 1);
  r.yStride = PADDED(r.columns) + 16 * draw(0, 1);
  float *x = random_floats(r.rows * r.xStride, size);
  if (draw(0, 3) == 0) x[draw(0, r.rows * r.xStride - 1)] = draw_any_float();
  r.x = x;
  r.g = random_floats(r.rows * r.gStride, 1);
  r.y = floats(r.rows * r.yStride);
  return r;
}

static void hash_result(const dpt_row_pass *r) { hash_rows(r->y, r->rows, r->columns, r->yStride); }

static void activation(void) {
  const dpt_row_pass r = draw_rows(draw_bool() ? 2 : 12);
  for (int kind = DPT_RELU; kind <= DPT_GELU_TANH; kind++) {
    const float parameter = draw_float(0.5f);
    dpt_activation((dpt_activation_kind)kind, parameter, &r);
    hash_result(&r);
    dpt_activation_gradient((dpt_activation_kind)kind, parameter, &r);
    hash_result(&r);
  }
}

static void softmax(void) {
  dpt_row_pass r = draw_rows(8);
  dpt_softmax(&r);
  hash_result(&r);
  r.x = random_floats(r.rows * r.xStride, 1);
  dpt_softmax_gradient(&r);
  hash_result(&r);
}

static void dropout(void) {
  dpt_dropout_mask mask = {
      .steps = draw(1, 3), .batch = draw(1, 4), .positions = draw(1, 9), .firstSample = draw(0, 1000),
      .seed = draw_word(), .stream = (uint32_t)draw(0, 9), .step = (uint32_t)draw(0, 1000),
      .threshold = (uint32_t)draw_word(), .scale = 1 + draw_float(0.5f),
  };
  dpt_row_pass r = {.rows = mask.steps * mask.batch * mask.positions, .columns = draw(1, 60)};
  r.xStride = r.yStride = PADDED(r.columns);
  r.x = random_floats(r.rows * r.xStride, 1);
  r.y = floats(r.rows * r.yStride);
  dpt_dropout(&r, &mask);
  hash_result(&r);
}

static void layer_norm(void) {
  const dpt_row_pass r = draw_rows(3);
  const long width = PADDED(r.columns);
  float *weight = floats(width), *bias = floats(width);
  for (long k = 0; k < r.columns; k++) {
    weight[k] = draw_float(2);
    bias[k] = draw_float(1);
  }
  const dpt_row_norm p = {.weight = weight, .bias = bias, .epsilon = 1e-5f, .statistics = floats(2 * r.rows)};
  dpt_layer_norm(&r, &p);
  hash_result(&r);
  hash_floats(p.statistics, 2 * r.rows);
  float *scaled = floats(r.rows * width);
  dpt_layer_norm_gradient(&r, &p, scaled, width);
  hash_result(&r);
  hash_rows(scaled, r.rows, r.columns, width);
}

static void cross_entropy(void) {
  const long rows = draw(1, 30), classes = draw(1, 60), stride = PADDED(classes);
  float *logits = random_floats(rows * stride, draw_bool() ? 3 : 60), *records = floats(rows * DPT_LANES);
  if (draw(0, 3) == 0) logits[draw(0, rows * stride - 1)] = draw_any_float();
  int32_t *targets = memory((size_t)rows * sizeof(int32_t));
  for (long i = 0; i < rows; i++) targets[i] = (int32_t)draw(0, classes - 1);
  float *gradient = floats(rows * stride);
  dpt_cross_entropy(logits, stride, rows, classes, targets, records, gradient);
  hash_floats(records, rows * DPT_LANES);
  hash_rows(gradient, rows, classes, stride);
}

void row_cases(void) {
  each_case("activation", 200, activation);
  each_case("softmax", 200, softmax);
  each_case("dropout", 200, dropout);
  each_case("layer-norm", 200, layer_norm);
  each_case("cross-entropy", 200, cross_entropy);
}
