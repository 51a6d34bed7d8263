// Sums over the batch: the gradients of weights, biases and tables, and those of batch normalization.
#include "driver.h"

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
  dpt_outer_product p = {
      .precision = precision, .aPrecision = draw_precision(), .bPrecision = draw_precision(), .outer = draw(1, 4),
      .positions = draw(1, 4), .m = draw(1, 90), .n = n, .group = group, .groupValid = valid,
  };
  // Sometimes more results than are summed at once.
  if (draw(0, 19) == 0) p.m = draw(180, 420);
  if (draw(0, 19) == 0 && group == 0) n = valid = p.n = p.groupValid = draw(500, 1100);
  const long rows = s.samples * p.positions, results = p.m * PADDED(n);
  p.aStride = PADDED(p.m);
  p.bStride = PADDED(n);
  p.aOuter = rows * p.aStride;
  p.bOuter = rows * p.bStride;
  p.a = random_values_in(p.aPrecision, p.outer * p.aOuter, 1);
  p.b = random_values_in(p.bPrecision, p.outer * p.bOuter, 1);
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
  // Rounded products need their scratch.
  if (draw_bool() || precision == DPT_IN_BFLOAT16) {
    p.scratchCount = dpt_weight_gradient_scratch(precision, p.m, p.n, s.program.shards);
    p.scratch = scratch(p.scratchCount);
  }
  dpt_weight_gradient(&p, &s.program);
  hash_floats(p.out, s.nodes * results);
}

static size_t larger_of(size_t a, size_t b) { return a > b ? a : b; }

// The weights of some gates, for inputs and for states, and their biases, as of a recurrent layer.
static void weight_gradients(void) {
  const part s = random_part(9);
  const long valid = draw(1, 40), group = PADDED(valid), gates = draw(1, 4), n = gates * group;
  const long inputs = draw(1, 70), shards = s.program.shards, outer = draw(1, 12), positions = draw(1, 4);
  const long rows = s.samples * positions, first = draw(0, gates - 1) * group;
  dpt_outer_product p[2] = {0};
  for (int q = 0; q < 2; q++) {
    p[q] = (dpt_outer_product){
        .precision = precision, .aPrecision = precision, .bPrecision = precision, .outer = outer, .positions = positions,
        .m = q == 0 ? inputs : valid, .n = q == 0 ? n : n - first, .group = group, .groupValid = valid, .outJ = 1,
        .outGroup = valid, .outI = gates * valid, .bStride = n, .bOuter = rows * n,
    };
    p[q].aStride = PADDED(p[q].m);
    p[q].aOuter = rows * p[q].aStride;
    p[q].a = random_values(outer * p[q].aOuter, 1);
    p[q].outNode = p[q].m * p[q].outI;
    p[q].out = floats(s.nodes * p[q].outNode);
  }
  p[0].b = random_values(outer * rows * n, 1);
  p[1].b = value_at(p[0].b, first);
  dpt_row_sums sums = {
      .precision = precision, .base = p[0].b, .stride = n, .outerStride = rows * n, .outer = outer, .positions = positions,
      .columns = n, .group = group, .groupValid = valid, .outNode = gates * valid,
      .out = floats(s.nodes * gates * valid), .second = draw_bool() ? floats(s.nodes * gates * valid) : NULL,
  };
  size_t count = dpt_weight_gradients_scratch(precision, inputs, valid, n, shards);
  for (int q = 0; q < 2; q++) count = larger_of(count, dpt_weight_gradient_scratch(precision, p[q].m, p[q].n, shards));
  p[0].scratchCount = p[1].scratchCount = count;
  p[0].scratch = p[1].scratch = scratch(count);
  dpt_weight_gradients(p, 2, &sums, 1, &s.program);
  for (int q = 0; q < 2; q++) hash_floats(p[q].out, s.nodes * p[q].outNode);
  hash_floats(sums.out, s.nodes * sums.outNode);
  if (sums.second) hash_floats(sums.second, s.nodes * sums.outNode);
}

static void row_sums(void) {
  const part s = random_part(9);
  long group, valid, n;
  draw_groups(&n, &group, &valid);
  dpt_row_sums r = {.precision = precision, .outer = draw(1, 4), .positions = draw(1, 4), .columns = n, .group = group,
                    .groupValid = valid};
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
  const dpt_row_pass pass = {.precision = precision, .x = x, .xStride = r.stride, .g = y, .gStride = r.stride, .y = y,
                             .yStride = r.stride, .rows = rows, .columns = r.columns};
  dpt_scale_rows(&pass, shift, inverse, c, draw_bool());
  hash_values(y, rows, r.columns, r.stride);
  const dpt_norm_gradient norm = {shift, shift, inverse, c, sums.factor, c};
  dpt_combine_rows(&pass, &norm);
  hash_values(y, rows, r.columns, r.stride);
}

static void embedding(void) {
  const part s = random_part(9);
  dpt_lookup p = {.precision = precision, .entries = draw(1, 12), .columns = draw(1, 40), .batch = s.samples};
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
  p.gradient = random_values(count * p.stride, 1);
  p.outNode = p.entries * p.columns;
  p.out = floats(s.nodes * p.outNode);
  dpt_embedding_gradient(&p, &s.program);
  hash_floats(p.out, s.nodes * p.outNode);
}

void gradient_cases(void) {
  each_precision("weight-gradient", 600, weight_gradient);
  each_precision("weight-gradients", 300, weight_gradients);
  each_precision("row-sums", 200, row_sums);
  each_precision("batch-norm", 180, batch_norm);
  each_precision("embedding", 200, embedding);
}
