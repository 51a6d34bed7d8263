// A convolution's backward pass, sample by sample: the gradients of a sample's outputs are still in the cache when each of
// the products reads them. If pooling follows, they are made of the pooled outputs' gradients and never lie in memory.
#ifndef DPT_CONVOLUTION_BACKWARD_H
#define DPT_CONVOLUTION_BACKWARD_H

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

// Whether the weights' gradients go through several samples at once: those of a 1×1 convolution of small images, whose sums
// would else be loaded and stored for few pixels.
DPT_INLINE bool joins_samples(const dpt_convolution *g, bool pooled) {
  return !pooled && !g->xStarts && g->kernelHeight * g->kernelWidth == 1 && g->strideHeight * g->strideWidth == 1 &&
         g->height == g->outHeight && g->width == g->outWidth && !g->hasPadding &&
         g->xLine == g->width * g->xStride && g->yLine == g->outWidth * g->yStride && g->height * g->width < DPT_PIXELS;
}

// Samples as the lines of one image.
DPT_INLINE dpt_convolution samples_as_lines(const dpt_convolution *g, long samples) {
  dpt_convolution lines = *g;
  lines.width = lines.outWidth = g->height * g->width;
  lines.height = lines.outHeight = samples;
  lines.xLine = g->xImage;
  lines.yLine = g->yImage;
  return lines;
}

static size_t direct_backward_scratch(const dpt_convolution *convolution, long shards, bool pooled) {
  const bool joins = joins_samples(convolution, pooled);
  const dpt_convolution lines = samples_as_lines(convolution, convolution->batch), *g = joins ? &lines : convolution;
  const gradient_plan plan = plan_gradient(g);
  const size_t unpooled = pooled ? (size_t)(samples_back(g) * g->yImage + DPT_LANES) : 0;
  return plan.input + plan.output + stack_depth(shards) * sums_of_shard(g, &plan) + unpooled;
}

// rectified = dy where y > 0, else 0, for one sample; `rectified` may be dy. Its lines lie where those of y and dy do.
DPT_INLINE void rectify_back(const dpt_convolution *g, const float *y, const float *dy, float *rectified) {
  for (long h = 0; h < g->outHeight; h++)
    for (long w = 0; w < g->outWidth; w++) {
      const long at = h * g->yLine + w * g->yStride;
      for (long o = 0; o < g->outputs; o += DPT_LANES) {
        const long valid = g->yPadded ? DPT_LANES : g->outputs - o;
        const i16 passes = load_some(y + at + o, valid) > splat(0.0f);
        store_some(rectified + at + o, choose(passes, load_some(dy + at + o, valid), splat(0.0f)), valid);
      }
    }
}

// Four groups of output channels at a time: their sums wait for each other's additions no longer than they must.
#define DPT_BIAS_GROUPS 4

DPT_INLINE void add_columns(int groups, const dpt_convolution *g, const float *dy, float *sums) {
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

static void add_bias_gradient(const dpt_convolution *g, const float *dy, float *sums) {
  const long wide = DPT_BIAS_GROUPS * DPT_LANES;
  long o = 0;
  for (; o + wide - DPT_LANES < g->outputs; o += wide) add_columns(DPT_BIAS_GROUPS, g, dy + o, sums + o);
  for (; o < g->outputs; o += DPT_LANES) add_columns(1, g, dy + o, sums + o);
}

// The gradients of sample n's outputs; made at `unpooled` where pooling follows. `g` is the sample by itself.
DPT_INLINE const float *output_gradients(const dpt_convolution_backward *p, const dpt_convolution *g, long n,
                                         float *unpooled) {
  if (p->taps) {
    dpt_convolution pool = p->pool;
    pool.batch = 1;
    max_pool_back(&pool, p->pooled + n * pool.yImage, p->taps + n * pool.yImage, unpooled);
    return unpooled;
  }
  const long at = place_in_y(&p->convolution, n);
  float *dy = p->dy + at;
  if (p->rectified) rectify_back(g, p->rectified + at, dy, dy);
  return dy;
}

DPT_INLINE void add_weight_gradient(const dpt_convolution *g, const gradient_plan *plan, const float *x, const float *dy,
                                    float *sums, float *input, float *output) {
  if (plan->lanesAreOutputs) add_gradient_by_outputs(g, plan, x, dy, sums, input, output);
  else add_gradient_by_inputs(g, plan, x, dy, sums, input, output);
}

static void convolve_back_directly(const dpt_convolution_backward *p, const dpt_shard_program *s) {
  const dpt_convolution *g = &p->convolution;
  const bool joins = joins_samples(g, p->taps);
  dpt_convolution lines = samples_as_lines(g, g->batch);
  const gradient_plan plan = plan_gradient(joins ? &lines : g);
  const size_t size = sums_of_shard(g, &plan);
  float *input = p->scratch, *output = input + plan.input, *stack = output + plan.output;
  float *unpooled = stack + stack_depth(s->shards) * size;
  const long end = s->rowStart[s->shards];
  const long atOnce = p->dx && !g->xStarts ? samples_back(g) : 1;
  // The first sample whose input's gradient is still to be made.
  long first = s->rowStart[0];
  for (shard_fold f = fold_shards(s, stack, (long)size); has_shard(&f);) {
    float *sums = f.top;
    memset(sums, 0, size * sizeof(float));
    for (long n = shard_start(&f); n < shard_end(&f); n++) {
      const dpt_convolution one = sample_of(g, n);
      const float *dy = output_gradients(p, &one, n, unpooled + (n - first) * g->yImage);
      if (p->biasGradient) add_bias_gradient(&one, dy, sums + plan.sums);
      if (!joins) {
        const gradient_plan planned = g->xStarts ? plan_gradient(&one) : plan;
        add_weight_gradient(&one, &planned, p->x + place_in_x(g, n), dy, sums, input, output);
      }
      if (n + 1 - first < atOnce && n + 1 < end) continue;
      if (p->dx) {
        dpt_convolution some = sample_of(&p->inverse, first);
        some.batch = n + 1 - first;
        input_gradient(&some, p->taps ? unpooled : p->dy + place_in_y(g, first), p->packed,
                       p->dx + place_in_x(&p->inverse, first));
      }
      first = n + 1;
    }
    if (joins) {
      const long start = shard_start(&f);
      lines = samples_as_lines(g, shard_end(&f) - start);
      const gradient_plan planned = plan_gradient(&lines);
      add_weight_gradient(&lines, &planned, p->x + start * g->xImage, p->dy + start * g->yImage, sums, input, output);
    }
    if (!join_shards(&f)) continue;
    const long node = f.node * p->node;
    copy_sums(g, &plan, stack, p->weightGradient + node, p->weightRow);
    if (p->biasGradient) memcpy(p->biasGradient + node, stack + plan.sums, (size_t)g->outputs * sizeof(float));
  }
}

#endif
