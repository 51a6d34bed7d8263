// A convolution's backward pass, sample by sample: the gradients of a sample's outputs are still in the cache when each of
// the products reads them. If pooling or a normalization follows, they are made of the gradients behind it and never lie in
// memory.
#ifndef DPT_CONVOLUTION_BACKWARD_H
#define DPT_CONVOLUTION_BACKWARD_H

#include "batch_norm.h"
#include "convolution_gradient.h"
#include "fold.h"
#include "pooling.h"

// Samples with enough rows to fill most tiles of a product, and to read its weights for many rows at a time.
DPT_INLINE long samples_at_once(long rowsOfSample) {
  const long rows = 4 * DPT_BLOCK_TILES * DPT_TILE_ROWS;
  return rowsOfSample > 0 ? (rows + rowsOfSample - 1) / rowsOfSample : 1;
}

// Samples whose inputs' gradients are made at once; those of strided convolutions are made phase by phase.
DPT_INLINE long samples_back(const dpt_convolution *g) {
  return samples_at_once(g->height * g->width / (g->strideHeight * g->strideWidth));
}

// The sums of the weights' gradients, and behind them those of the biases'.
DPT_INLINE size_t sums_of_shard(const dpt_convolution *g, const gradient_plan *plan) {
  return plan->sums + (size_t)padded_to_lanes(g->outputs);
}

// Floats for the slots of the gradients of some samples' outputs.
DPT_INLINE size_t gradient_images_scratch(const dpt_convolution *g, long samples) {
  value_images gradients = outputs_of(g, NULL);
  gradients.batch = samples;
  return slots_of_images(&gradients);
}

static size_t direct_backward_scratch(const dpt_convolution *g, long shards, dpt_follower follower) {
  // Inputs may lie in wider rows than planned, and are packed then.
  dpt_convolution wide = *g;
  wide.xStride = padded_to_lanes(g->channels) + DPT_LANES;
  const gradient_plan plan = plan_gradient(&wide);
  const size_t made = follower == DPT_GIVEN ? 0 : (size_t)(samples_back(g) * g->yImage + DPT_LANES);
  return plan.input + plan.output + stack_depth(shards) * sums_of_shard(g, &plan) + made +
         gradient_images_scratch(g, samples_back(g));
}

// rectified = dy where y > 0, else 0, for one sample whose first pixel is `pixel`; `rectified` may be dy. Its lines lie where
// those of dy do; pixels of y are as many as those of dy.
DPT_INLINE void rectify_back(const dpt_convolution_backward *p, const dpt_convolution *g, long pixel, const element *dy,
                             element *rectified) {
  const element *y = (const element *)p->rectified + pixel * p->rectifiedStride;
  const long yLine = g->yLine / g->yStride * p->rectifiedStride;
  for (long h = 0; h < g->outHeight; h++)
    for (long w = 0; w < g->outWidth; w++) {
      const long at = h * g->yLine + w * g->yStride;
      for (long o = 0; o < g->outputs; o += DPT_LANES) {
        const long valid = g->yPadded ? DPT_LANES : g->outputs - o;
        const i16 passes = load_some(y + h * yLine + w * p->rectifiedStride + o, valid) > splat(0.0f);
        store_some(rectified + at + o, choose(passes, load_some(dy + at + o, valid), splat(0.0f)), valid);
      }
    }
}

// Four groups of output channels at a time: their sums wait for each other's additions no longer than they must.
#define DPT_BIAS_GROUPS 4

DPT_INLINE void add_columns(int groups, const dpt_convolution *g, const element *dy, float *sums) {
  v16 sum[DPT_BIAS_GROUPS];
#pragma clang loop unroll(full)
  for (int j = 0; j < groups; j++) sum[j] = load(sums + j * DPT_LANES);
  for (long h = 0; h < g->outHeight; h++)
    for (long w = 0; w < g->outWidth; w++)
#pragma clang loop unroll(full)
      for (int j = 0; j < groups; j++) sum[j] += load(dy + h * g->yLine + w * g->yStride + j * DPT_LANES);
#pragma clang loop unroll(full)
  for (int j = 0; j < groups; j++) store(sums + j * DPT_LANES, sum[j]);
}

static void add_bias_gradient(const dpt_convolution *g, const element *dy, float *sums) {
  const long wide = DPT_BIAS_GROUPS * DPT_LANES;
  long o = 0;
  for (; o + wide - DPT_LANES < g->outputs; o += wide) add_columns(DPT_BIAS_GROUPS, g, dy + o, sums + o);
  for (; o < g->outputs; o += DPT_LANES) add_columns(1, g, dy + o, sums + o);
}

// The gradients of the outputs from `pixel` on at `made`, of those behind a normalization. `g` is a sample by itself, with the
// strides of what is made.
DPT_INLINE void normalize_back(const dpt_convolution_backward *p, const dpt_convolution *g, long pixel, element *made) {
  const long stride = p->convolution.yStride;
  const dpt_row_pass rows = {.precision = g->precision, .x = (const element *)p->normalized + pixel * stride,
                             .xStride = stride, .g = (const element *)p->dy + pixel * p->dyStride,
                             .gStride = p->dyStride, .y = made, .yStride = g->yStride,
                             .rows = g->outHeight * g->outWidth, .columns = g->outputs};
  combine_rows(&rows, &p->norm);
}

// The same convolution with other strides of y.
DPT_INLINE dpt_convolution with_stride_of_y(const dpt_convolution *g, long stride) {
  dpt_convolution other = *g;
  other.yStride = stride;
  other.yLine = g->yLine / g->yStride * stride;
  other.yImage = g->yImage / g->yStride * stride;
  return other;
}

// The gradients of sample n's outputs; at `made` where they are made of those behind pooling or a normalization.
DPT_INLINE const element *output_gradients(const dpt_convolution_backward *p, const dpt_convolution *g, long n,
                                           element *made) {
  element *dy = p->dy;
  const long at = place_in_y(&p->convolution, n), pixel = at / p->convolution.yStride;
  switch (p->follower) {
    case DPT_POOLED: {
      dpt_convolution pool = p->pool;
      pool.batch = 1;
      max_pool_back(&pool, (const element *)p->pooled + n * pool.yImage, p->taps + n * taps_of_pool(&pool).image, made);
      return made;
    }
    case DPT_NORMALIZED: normalize_back(p, g, pixel, made); return made;
    case DPT_GIVEN:
      if (p->rectified) rectify_back(p, g, pixel, dy + at, dy + at);
      return dy + at;
  }
}

DPT_INLINE void add_weight_gradient(const dpt_convolution *g, const gradient_plan *plan, const element *x,
                                    const element *dy, float *sums, float *input, float *output) {
  // What they pack is copied, which no mode changes.
  if (plan->lanesAreOutputs) DPT_SUM(add_gradient_by_outputs(g, plan, x, dy, sums, input, output));
  else DPT_SUM(add_gradient_by_inputs(g, plan, x, dy, sums, input, output));
}

// dx has been made up to the sample `end`.
DPT_INLINE void sum_before(const dpt_convolution_backward *p, const dpt_shard_program *s, dpt_shard_progress *progress,
                           long end) {
  if (p->sums) batch_norm_gradients(&p->before, p->beforeSums, p->beforeGap, s, progress, end);
}

static void convolve_back_directly(const dpt_convolution_backward *p, const dpt_shard_program *s) {
  const dpt_convolution *g = &p->convolution, seen = of_seen_pixels(g);
  const gradient_plan plan = plan_gradient(&seen);
  const size_t size = sums_of_shard(g, &plan);
  float *input = p->scratch, *output = input + plan.input, *stack = output + plan.output;
  float *slots = stack + stack_depth(s->shards) * size;
  const long end = s->rowStart[s->shards];
  const long atOnce = p->dx && !g->xStarts ? samples_back(g) : 1;
  element *made = (element *)(slots + gradient_images_scratch(g, samples_back(g)));
  // The first sample whose input's gradient is still to be made.
  long first = s->rowStart[0];
  dpt_shard_progress progress = {0, first};
  for (shard_fold f = fold_shards(s, stack, (long)size); has_shard(&f);) {
    float *sums = f.top;
    memset(sums, 0, size * sizeof(float));
    for (long n = shard_start(&f); n < shard_end(&f); n++) {
      const dpt_convolution sample = sample_of(g, n), one = of_seen_pixels(&sample);
      const element *dy = output_gradients(p, &one, n, made + (n - first) * g->yImage);
      if (p->biasGradient) add_bias_gradient(&one, dy, sums + plan.sums);
      const gradient_plan planned = g->xStarts ? plan_gradient(&one) : plan;
      add_weight_gradient(&one, &planned, (const element *)p->x + place_in_x(g, n), dy, sums, input, output);
      if (n + 1 - first < atOnce && n + 1 < end) continue;
      if (p->dx) {
        dpt_convolution some = sample_of(&p->inverse, first);
        some.batch = n + 1 - first;
        const element *gradients = p->follower == DPT_GIVEN ? (const element *)p->dy + place_in_y(g, first) : made;
        input_gradient(&some, gradients, p->packed, NULL, (element *)p->dx + place_in_x(&p->inverse, first), p->adds, slots);
        sum_before(p, s, &progress, n + 1);
      }
      first = n + 1;
    }
    if (!join_shards(&f)) continue;
    const long node = f.node * p->node;
    copy_sums(g, &plan, stack, p->weightGradient + node, p->weightRow);
    if (p->biasGradient) memcpy(p->biasGradient + node, stack + plan.sums, (size_t)g->outputs * sizeof(float));
  }
}

#endif
