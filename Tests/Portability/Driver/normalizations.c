// Normalizations of rows, of neighbours and of groups.
#include "rows.h"

static void layer_norm(void) {
  const dpt_row_pass r = draw_rows(3, kFewColumns);
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
  const dpt_row_pass r = draw_rows(3, kFewColumns);
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
  const dpt_row_pass r = draw_rows(3, kFewColumns);
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
  const float shift = draw_bool() ? draw_float(100) : 0;
  void *x = values(r.rows * width);
  for (long i = 0; i < r.rows * width; i++) set_value(x, i, draw_number(2) + shift);
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
  p.scratch = scratch((size_t)(3 * width));
  dpt_group_norm(&r, &p);
  hash_result(&r);
  hash_floats(p.statistics, 2 * p.batch * width);
  float *gradients = floats(2 * p.batch * width);
  dpt_group_norm_gradient(&r, &p, gradients);
  hash_result(&r);
  hash_rows(gradients, 2 * p.batch, r.columns, width);
}

// Enough values to go past the caches.
static void many_rows(void) {
  choose_kind(DRAW_MIXED);
  const long rows = 600000, width = DPT_LANES;
  // Only aligned values do.
  char *y = values((rows + 4) * width);
  y += (64 - (uintptr_t)y % 64) % 64;
  const dpt_row_pass r = {.precision = precision, .x = random_values(rows * width, 1), .xStride = width, .y = y,
                          .yStride = width, .rows = rows, .columns = width};
  dpt_scale_rows(&r, random_floats(width, 1), random_floats(width, 1), random_floats(width, 1), draw_bool());
  hash_result(&r);
}

void normalization_cases(void) {
  each_precision("layer-norm", 200, layer_norm);
  each_precision("rms-norm", 200, rms_norm);
  each_precision("local-response-norm", 200, local_response_norm);
  each_precision("group-norm", 200, group_norm);
  each_precision("many-rows", 1, many_rows);
}
