// Matrix products, weight and bias gradients, sums over batches.
#include "driver.h"

static void product(void) {
  dpt_product p = {
      .precision = precision, .rows = draw(1, 40), .columns = draw(1, 70), .segments = draw(1, 3), .segmentLength = draw(1, 40),
      .start = (dpt_start)draw(DPT_START_ZERO, DPT_START_OUTPUT),
  };
  p.segmentStride = p.segmentLength + draw(0, 5);
  p.aStride = p.segments * p.segmentStride;
  p.cStride = PADDED(p.columns);
  p.a = random_values(p.rows * p.aStride, 1);
  const long inner = p.segments * p.segmentLength;
  float *packed = floats((long)dpt_packed_count(inner, p.columns));
  if (draw_bool()) dpt_pack(random_floats(inner * p.columns, 1), inner, p.columns, p.columns, packed);
  else dpt_pack_transposed(random_floats(inner * p.columns, 1), p.columns, inner, inner, packed);
  dpt_round_panels(precision, packed, p.cStride / DPT_LANES, p.segments, p.segmentLength);
  p.b = packed;
  p.bias = random_floats(p.cStride, 1);
  p.c = random_values(p.rows * p.cStride, 1);
  p.scratch = scratch(dpt_product_scratch(precision, p.rows, p.segments * (p.segmentLength + p.segmentLength % 2)));
  dpt_multiply(&p);
  hash_values(p.c, p.rows, p.columns, p.cStride);
}

// Columns in groups half of the time, such as gates.
static void draw_groups(long *n, long *group, long *valid) {
  if (draw_bool()) {
    *n = draw(1, 90);
    *group = 0;
    *valid = *n;
  } else {
    *valid = draw(1, 40);
    *group = PADDED(*valid);
    *n = *group * draw(1, 4);
  }
}

static void weight_gradient(void) {
  const part s = random_part(9);
  long group, valid, n;
  draw_groups(&n, &group, &valid);
  dpt_outer_product p = {.precision = precision, .aPrecision = precision, .bPrecision = precision, .outer = draw(1, 4),
                         .positions = draw(1, 4), .m = draw(1, 90), .n = n, .group = group, .groupValid = valid};
  const long rows = s.samples * p.positions, results = p.m * PADDED(n);
  p.aStride = PADDED(p.m);
  p.bStride = PADDED(n);
  p.aOuter = rows * p.aStride;
  p.bOuter = rows * p.bStride;
  p.a = random_values(p.outer * p.aOuter, 1);
  p.b = random_values(p.outer * p.bOuter, 1);
  const long columns = group ? n / group * valid : n;
  if (draw_bool()) {
    p.outI = columns;
    p.outJ = 1;
    p.outGroup = valid;
  } else {
    p.outI = 1;
    p.outJ = p.m;
    p.outGroup = valid * p.m;
  }
  p.outNode = results;
  p.out = floats(s.nodes * results);
  if (draw_bool() || precision == DPT_IN_BFLOAT16) {
    p.scratchCount = dpt_weight_gradient_scratch(precision, p.m, p.n, s.program.shards);
    p.scratch = scratch(p.scratchCount);
  }
  dpt_weight_gradient(&p, &s.program);
  hash_floats(p.out, s.nodes * results);
}

static void row_sums(void) {
  const part s = random_part(9);
  long group, valid, n;
  draw_groups(&n, &group, &valid);
  dpt_row_sums r = {.precision = precision, .outer = draw(1, 4), .positions = draw(1, 4), .columns = n, .group = group, .groupValid = valid};
  r.stride = r.outNode = PADDED(n);
  r.outerStride = s.samples * r.positions * r.stride;
  r.base = random_values(r.outer * r.outerStride, 1);
  r.out = floats(s.nodes * r.outNode);
  r.second = floats(s.nodes * r.outNode);
  dpt_sum_rows(&r, &s.program);
  hash_floats(r.out, s.nodes * r.outNode);
  hash_floats(r.second, s.nodes * r.outNode);
}

static void batch_norm(void) {
  const part s = random_part(9);
  dpt_rows r = {.precision = precision, .outer = draw(1, 3), .positions = draw(1, 40), .columns = draw(1, 40)};
  r.stride = PADDED(r.columns);
  r.outerStride = s.samples * r.positions * r.stride;
  const long count = r.outer * r.outerStride, rows = count / r.stride;
  void *x = random_values(count, 3), *dy = random_values(count, 1);
  r.base = x;
  float *shift = random_floats(r.stride, 1), *inverse = random_floats(r.stride, 2), *c = random_floats(r.stride, 1);
  float *out = floats(s.program.shards * 2 * r.stride);
  dpt_shard_progress progress = {0}, end = {0};
  // Samples may come in several calls where they are not steps apart.
  if (r.outer == 1) dpt_batch_norm_moments(&r, shift, out, r.stride, &s.program, &progress, draw(0, s.samples));
  dpt_batch_norm_moments(&r, shift, out, r.stride, &s.program, &progress, s.samples);
  hash_rows(out, s.program.shards * 2, r.columns, r.stride);
  const dpt_batch_norm_sums sums = {.x = r, .dy = dy, .dyStride = r.stride, .mean = shift, .inverse = inverse,
                                    .factor = draw_bool() ? inverse : NULL, .shift = c};
  dpt_batch_norm_gradients(&sums, out, r.stride, &s.program, &end, s.samples);
  hash_rows(out, s.program.shards * 2, r.columns, r.stride);
  void *y = values(count);
  const dpt_row_pass pass = {.precision = precision, .x = x, .xStride = r.stride, .g = y, .gStride = r.stride, .y = y, .yStride = r.stride,
                             .rows = rows, .columns = r.columns};
  dpt_scale_rows(&pass, shift, inverse, c, draw_bool());
  hash_values(y, rows, r.columns, r.stride);
  const dpt_norm_gradient norm = {shift, shift, inverse, c, sums.factor, c};
  dpt_combine_rows(&pass, &norm);
  hash_values(y, rows, r.columns, r.stride);
  dpt_relu_back(precision, y, dy, NULL, count);
  hash_values(dy, rows, r.columns, r.stride);
  dpt_add_values(precision, x, dy, y, count, draw_bool());
  hash_values(y, rows, r.columns, r.stride);
}

static void embedding(void) {
  const part s = random_part(9);
  dpt_lookup p = {.entries = draw(1, 12), .columns = draw(1, 40), .batch = s.samples};
  const long steps = draw(1, 6), count = steps * p.batch;
  p.skipped = draw(-1, p.entries - 1);
  int32_t *entry = memory((size_t)count * sizeof(int32_t));
  for (long i = 0; i < count; i++) entry[i] = (int32_t)draw(0, p.entries - 1);
  int32_t *starts = memory((size_t)(p.entries + 1) * sizeof(int32_t));
  int32_t *order = memory((size_t)count * sizeof(int32_t));
  long next = 0;
  for (long e = 0; e < p.entries; e++) {
    starts[e] = (int32_t)next;
    for (long shard = 0; shard < s.program.shards; shard++)
      for (long t = 0; t < steps; t++)
        for (long b = s.program.rowStart[shard]; b < s.program.rowStart[shard + 1]; b++)
          if (entry[t * p.batch + b] == e) order[next++] = (int32_t)(t * p.batch + b);
  }
  starts[p.entries] = (int32_t)next;
  p.starts = starts;
  p.order = order;
  p.stride = PADDED(p.columns);
  p.precision = precision;
  p.gradient = random_values(count * p.stride, 1);
  p.outNode = p.entries * p.columns;
  p.out = floats(s.nodes * p.outNode);
  dpt_embedding_gradient(&p, &s.program);
  hash_floats(p.out, s.nodes * p.outNode);
}

void product_cases(void) {
  each_precision("product", 400, product);
  each_precision("weight-gradient", 300, weight_gradient);
  each_precision("row-sums", 200, row_sums);
  each_precision("batch-norm", 150, batch_norm);
  each_precision("embedding", 200, embedding);
}
