// Layers that work row by row, and the losses.
#include "driver.h"

// The columns of a case; "many-classes" has enough for sums to take another order.
typedef struct {
  long least, most;
} column_bounds;
static const column_bounds kFew = {1, 60}, kMany = {257, 1500};

// Rows of random size; values of ±`size`, sometimes any float.
static dpt_row_pass draw_rows(float size, column_bounds columns) {
  dpt_row_pass r = {.precision = precision, .rows = draw(1, 20), .columns = draw(columns.least, columns.most)};
  r.xStride = PADDED(r.columns) + 16 * draw(0, 1);
  r.gStride = PADDED(r.columns) + 16 * draw(0, 1);
  r.yStride = PADDED(r.columns) + 16 * draw(0, 1);
  void *x = random_values(r.rows * r.xStride, size);
  if (draw(0, 3) == 0) {
    const float special = draw_any_float();
    set_value(x, draw(0, r.rows * r.xStride - 1), special);
  }
  r.x = x;
  r.g = random_values(r.rows * r.gStride, 1);
  r.y = values(r.rows * r.yStride);
  return r;
}

static void hash_result(const dpt_row_pass *r) { hash_values(r->y, r->rows, r->columns, r->yStride); }

static void activation(void) {
  const dpt_row_pass r = draw_rows(draw_bool() ? 2 : 12, kFew);
  for (int kind = DPT_RELU; kind <= DPT_MISH; kind++) {
    const float parameter = draw_float(0.5f), second = 1 + draw_float(0.5f);
    dpt_activation((dpt_activation_kind)kind, parameter, second, &r);
    hash_result(&r);
    dpt_activation_gradient((dpt_activation_kind)kind, parameter, second, &r);
    hash_result(&r);
  }
}

static void prelu(void) {
  const dpt_row_pass r = draw_rows(3, kFew);
  const float *slopes = random_floats(PADDED(r.columns), 1);
  float *products = floats(r.rows * PADDED(r.columns));
  for (int isShared = 0; isShared <= 1; isShared++) {
    const long stride = isShared ? DPT_LANES : PADDED(r.columns);
    dpt_prelu(&r, slopes, isShared);
    hash_result(&r);
    dpt_prelu_gradient(&r, slopes, isShared, products, stride);
    hash_result(&r);
    hash_rows(products, r.rows, isShared ? 1 : r.columns, stride);
  }
}

static void softmax_of(column_bounds columns) {
  dpt_row_pass r = draw_rows(8, columns);
  dpt_softmax(&r);
  hash_result(&r);
  r.x = random_values(r.rows * r.xStride, 1);
  dpt_softmax_gradient(&r);
  hash_result(&r);
}

static void log_softmax(void) {
  dpt_row_pass r = draw_rows(8, draw(0, 3) == 0 ? kMany : kFew);
  dpt_log_softmax(&r);
  hash_result(&r);
  r.x = random_values(r.rows * r.xStride, 4);
  dpt_log_softmax_gradient(&r);
  hash_result(&r);
}

static void softmax(void) { softmax_of(kFew); }

// Sequences of equal lengths, or of different ones; sometimes with a score that is any float.
static void attention(void) {
  dpt_attention p = {.precision = precision, .steps = draw(1, 40), .batch = draw(1, 6), .columns = draw(1, 60), .scoreStride = DPT_LANES};
  long rows = p.steps * p.batch;
  if (draw_bool()) {
    int32_t *starts = memory((size_t)(p.batch + 1) * sizeof(int32_t));
    starts[0] = 0;
    for (long b = 0; b < p.batch; b++) starts[b + 1] = starts[b] + (int32_t)draw(1, p.steps);
    p.starts = starts;
    rows = starts[p.batch];
  }
  const long width = PADDED(p.columns);
  p.xStride = width + 16 * draw(0, 1);
  p.x = random_values(rows * p.xStride, 1);
  void *scores = random_values(rows * DPT_LANES, draw_bool() ? 3 : 60);
  if (draw(0, 3) == 0) {
    const float special = draw_any_float();
    set_value(scores, draw(0, rows - 1) * DPT_LANES, special);
  }
  p.scores = scores;
  p.weights = floats(rows);
  void *y = values(p.batch * width);
  dpt_attention_pool(&p, y, width);
  hash_floats(p.weights, rows);
  hash_values(y, p.batch, p.columns, width);
  const dpt_attention_gradient g = {
      .dy = random_values(p.batch * width, 1), .dyStride = width, .dx = draw_bool() ? values(rows * width) : NULL,
      .dxStride = width, .scores = values(rows * DPT_LANES), .scoreStride = DPT_LANES, .scratch = floats(p.steps),
  };
  dpt_attention_pool_back(&p, &g);
  hash_values(g.scores, rows, 1, DPT_LANES);
  if (g.dx) hash_values(g.dx, rows, p.columns, width);
}

// Paths side by side: joined, and the sums of their gradients.
static void joins(void) {
  dpt_join p = {.precision = precision, .steps = draw(1, 4), .batch = draw(1, 5), .positions = draw(1, 90), .columns = draw(1, 60)};
  long rows = p.steps * p.batch * p.positions;
  if (draw_bool()) {
    int32_t *starts = memory((size_t)(p.batch + 1) * sizeof(int32_t));
    for (long b = 0; b < p.batch; b++) starts[b + 1] = starts[b] + (int32_t)draw(1, 90);
    p.starts = starts;
    rows = starts[p.batch];
  }
  const long width = PADDED(p.columns);
  p.isShared = draw_bool();
  p.aStride = width + 16 * draw(0, 1);
  p.bStride = p.yStride = width;
  p.a = random_values(rows * p.aStride, 1);
  p.b = random_values((p.isShared ? p.batch : rows) * width, 1);
  p.y = values(rows * width);
  dpt_join_add(&p);
  hash_values(p.y, rows, p.columns, width);
  dpt_join_multiply(&p);
  hash_values(p.y, rows, p.columns, width);
  p.copied = draw(p.columns, width);
  dpt_join_copy(&p);
  hash_values(p.y, rows, p.columns, width);
  p.b = p.isShared ? NULL : p.b;
  p.y = values(p.batch * width);
  dpt_join_sums(&p);
  hash_values(p.y, p.batch, p.columns, width);
}

// A choice of values, and rows of samples that it is for.
static dpt_dropout_mask draw_mask(dpt_row_pass *rows) {
  dpt_dropout_mask mask = {
      .steps = draw(1, 3), .batch = draw(1, 4), .positions = draw(1, 9), .firstSample = draw(0, 1000),
      .seed = draw_word(), .stream = (uint32_t)draw(0, 9), .step = (uint32_t)draw(0, 1000),
      .threshold = (uint32_t)draw_word(), .scale = 1 + draw_float(0.5f),
  };
  dpt_row_pass r = {.precision = precision, .rows = mask.steps * mask.batch * mask.positions, .columns = draw(1, 60)};
  if (draw_bool()) {
    int32_t *starts = memory((size_t)(mask.batch + 1) * sizeof(int32_t));
    for (long b = 0; b < mask.batch; b++) starts[b + 1] = starts[b] + (int32_t)draw(1, mask.steps);
    mask.starts = starts;
    mask.positions = 1;
    r.rows = starts[mask.batch];
  }
  r.xStride = r.yStride = PADDED(r.columns);
  r.x = random_values(r.rows * r.xStride, 1);
  r.y = values(r.rows * r.yStride);
  *rows = r;
  return mask;
}

static void dropout(void) {
  dpt_row_pass r = {0};
  const dpt_dropout_mask mask = draw_mask(&r);
  dpt_dropout(&r, &mask);
  hash_result(&r);
}

static void sample_dropout(void) {
  dpt_row_pass r = {0};
  const dpt_dropout_mask mask = draw_mask(&r);
  float *factors = floats(PADDED(r.columns));
  for (int isWhole = 0; isWhole <= 1; isWhole++) {
    dpt_sample_dropout(&r, &mask, isWhole, factors);
    hash_result(&r);
  }
}

static void layer_norm(void) {
  const dpt_row_pass r = draw_rows(3, kFew);
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

static void rms_norm(void) {
  const dpt_row_pass r = draw_rows(3, kFew);
  const long width = PADDED(r.columns);
  float *weight = floats(width), *scaled = floats(r.rows * width);
  for (long k = 0; k < r.columns; k++) weight[k] = draw_float(2);
  const dpt_row_norm p = {.weight = weight, .epsilon = 1e-7f, .statistics = floats(r.rows)};
  dpt_rms_norm(&r, &p);
  hash_result(&r);
  hash_floats(p.statistics, r.rows);
  dpt_rms_norm_gradient(&r, &p, scaled, width);
  hash_result(&r);
  hash_rows(scaled, r.rows, r.columns, width);
}

static void local_response_norm(void) {
  const dpt_row_pass r = draw_rows(3, kFew);
  dpt_local_response p = {
      .size = draw(1, 9), .alpha = 0.5f + draw_float(0.5f), .beta = draw_bool() ? 0.75f : 1 + draw_float(0.5f),
      .k = 1.5f + draw_float(1),
  };
  p.scratch = scratch(dpt_local_response_scratch(r.columns, p.size));
  dpt_local_response_norm(&r, &p);
  hash_result(&r);
  dpt_local_response_norm_gradient(&r, &p);
  hash_result(&r);
}

// Images, and sequences of equal lengths or of different ones; sometimes far from 0.
static void group_norm(void) {
  dpt_group_norm_settings p = {.batch = draw(1, 4), .groups = draw(1, 5), .rows = draw(1, 150), .epsilon = 1e-5f};
  dpt_row_pass r = {.precision = precision, .rows = p.batch * p.rows, .columns = p.groups * draw(1, 12)};
  const bool isSequence = draw_bool();
  p.step = isSequence ? p.batch : 1;
  p.distance = isSequence ? 1 : p.rows;
  if (isSequence && draw_bool()) {
    int32_t *starts = memory((size_t)(p.batch + 1) * sizeof(int32_t));
    for (long b = 0; b < p.batch; b++) starts[b + 1] = starts[b] + (int32_t)draw(0, p.rows);
    p.starts = starts;
    p.step = 1;
    r.rows = starts[p.batch];
  }
  const long width = PADDED(r.columns);
  r.xStride = r.gStride = r.yStride = width;
  float *floats_ = random_floats(r.rows * width, 2);
  void *x = values(r.rows * width);
  const float shift = draw_bool() ? draw_float(100) : 0;
  for (long i = 0; i < r.rows * width; i++) set_value(x, i, floats_[i] + shift);
  r.x = x;
  r.g = random_values(r.rows * width, 1);
  r.y = values(r.rows * width);
  if (draw_bool()) {
    float *weight = floats(width), *bias = floats(width);
    for (long k = 0; k < r.columns; k++) {
      weight[k] = draw_float(2);
      bias[k] = draw_float(1);
    }
    p.weight = weight;
    p.bias = bias;
  }
  p.statistics = floats(2 * p.batch * width);
  p.scratch = floats(3 * width);
  dpt_group_norm(&r, &p);
  hash_result(&r);
  hash_floats(p.statistics, 2 * p.batch * width);
  float *gradients = floats(2 * p.batch * width);
  dpt_group_norm_gradient(&r, &p, gradients);
  hash_result(&r);
  hash_rows(gradients, 2 * p.batch, r.columns, width);
}

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
  dpt_cross_entropy(&p, &classes);
  hash_losses(&p);
}

static void cross_entropy(void) { cross_entropy_of(kFew); }

static void many_classes(void) {
  softmax_of(kMany);
  cross_entropy_of(kMany);
}

static void value_loss(void) {
  const dpt_loss_pass p = draw_loss_pass(kFew);
  const float *targets = random_floats(p.rows * p.stride, 3);
  for (int kind = DPT_SQUARED; kind <= DPT_BINARY; kind++) {
    dpt_value_loss((dpt_value_loss_kind)kind, 1.5f + draw_float(1), &p, targets, p.stride);
    hash_losses(&p);
  }
}

void row_cases(void) {
  each_precision("activation", 200, activation);
  each_precision("softmax", 200, softmax);
  each_precision("prelu", 200, prelu);
  each_precision("log-softmax", 200, log_softmax);
  each_precision("attention", 200, attention);
  each_precision("joins", 200, joins);
  each_precision("dropout", 200, dropout);
  each_precision("sample-dropout", 200, sample_dropout);
  each_precision("layer-norm", 200, layer_norm);
  each_precision("rms-norm", 200, rms_norm);
  each_precision("local-response-norm", 200, local_response_norm);
  each_precision("group-norm", 200, group_norm);
  each_case("cross-entropy", 200, cross_entropy);
  each_precision("many-classes", 60, many_classes);
  each_case("value-loss", 200, value_loss);
}
