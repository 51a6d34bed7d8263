// Layers that work row by row.
#include "rows.h"

dpt_row_pass draw_rows(float size, column_bounds columns) {
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

void hash_result(const dpt_row_pass *r) { hash_values(r->y, r->rows, r->columns, r->yStride); }

static void activation(void) {
  const dpt_row_pass r = draw_rows(draw_bool() ? 2 : 12, kFewColumns);
  for (int kind = DPT_RELU; kind <= DPT_MISH; kind++) {
    const float parameter = draw_float(0.5f), second = 1 + draw_float(0.5f);
    dpt_activation((dpt_activation_kind)kind, parameter, second, &r);
    hash_result(&r);
    dpt_activation_gradient((dpt_activation_kind)kind, parameter, second, &r);
    hash_result(&r);
  }
}

static void prelu(void) {
  const dpt_row_pass r = draw_rows(3, kFewColumns);
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

static column_bounds draw_bounds(void) { return draw(0, 3) == 0 ? kManyColumns : kFewColumns; }

static void softmax(void) {
  dpt_row_pass r = draw_rows(8, draw_bounds());
  dpt_softmax(&r);
  hash_result(&r);
  r.x = random_values(r.rows * r.xStride, 1);
  dpt_softmax_gradient(&r);
  hash_result(&r);
}

static void log_softmax(void) {
  dpt_row_pass r = draw_rows(8, draw_bounds());
  dpt_log_softmax(&r);
  hash_result(&r);
  r.x = random_values(r.rows * r.xStride, 4);
  dpt_log_softmax_gradient(&r);
  hash_result(&r);
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
  float *factors = scratch((size_t)PADDED(r.columns));
  for (int isWhole = 0; isWhole <= 1; isWhole++) {
    dpt_sample_dropout(&r, &mask, isWhole, factors);
    hash_result(&r);
  }
}

void row_cases(void) {
  each_precision("activation", 200, activation);
  each_precision("prelu", 200, prelu);
  each_precision("softmax", 200, softmax);
  each_precision("log-softmax", 200, log_softmax);
  each_precision("dropout", 200, dropout);
  each_precision("sample-dropout", 200, sample_dropout);
}
