// Attention pooling, and layers side by side.
#include "driver.h"

// Sequences of equal lengths, or of different ones; sometimes with a score that is any float.
static void attention(void) {
  dpt_attention p = {.precision = precision, .steps = draw(1, 40), .batch = draw(1, 6), .columns = draw(1, 60),
                     .scoreStride = DPT_LANES};
  // Sometimes more than 256 steps: sums over them have another order.
  if (draw(0, 9) == 0) p.steps = draw(257, 400);
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
      .dxStride = width, .scores = values(rows * DPT_LANES), .scoreStride = DPT_LANES, .scratch = scratch((size_t)p.steps),
  };
  dpt_attention_pool_back(&p, &g);
  hash_values(g.scores, rows, 1, DPT_LANES);
  if (g.dx) hash_values(g.dx, rows, p.columns, width);
}

// Paths side by side: joined, and the sums of their gradients.
static void joins(void) {
  dpt_join p = {.precision = precision, .steps = draw(1, 4), .batch = draw(1, 5), .positions = draw(1, 90),
                .columns = draw(1, 60)};
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

void join_cases(void) {
  each_precision("attention", 200, attention);
  each_precision("joins", 200, joins);
}
