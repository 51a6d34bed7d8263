// The backward pass of a convolution in narrow groups, sample by sample.
#ifndef DPT_NARROW_GROUPS_BACKWARD_H
#define DPT_NARROW_GROUPS_BACKWARD_H

#include "narrow_groups_gradient.h"

static size_t narrow_groups_backward_scratch(const dpt_convolution *convolution, long width, long shards, bool rectifies) {
  const dpt_convolution line = as_line(convolution), *g = &line;
  const narrow_plan plan = plan_narrow(g, width);
  const size_t rectified = rectifies ? (size_t)(g->outHeight * g->yLine + DPT_LANES) : 0;
  return floats_of_runs(g->width) + plan.input + stack_depth(shards) * plan.sums + rectified;
}

static void convolve_narrow_groups_back(const dpt_convolution_backward *p, long width, const dpt_shard_program *s) {
  const dpt_convolution line = as_line(&p->convolution), inverse = as_line(&p->inverse), *g = &line;
  const narrow_plan plan = plan_narrow(g, width);
  const narrow_images images = narrow_images_back(&inverse, width, p->packed, p->dx);
  narrow_run *runs = (narrow_run *)p->scratch;
  float *input = p->scratch + floats_of_runs(g->width), *stack = input + plan.input;
  float *rectified = stack + stack_depth(s->shards) * plan.sums;
  const long count = p->dx ? find_runs(&images.across, runs) : 0;
  for (shard_fold f = fold_shards(s, stack, (long)plan.sums); has_shard(&f);) {
    float *sums = f.top;
    memset(sums, 0, plan.sums * sizeof(float));
    for (long n = shard_start(&f); n < shard_end(&f); n++) {
      const float *dy = p->dy + n * g->yImage;
      if (p->rectified) {
        rectify_back(g, p->rectified + n * g->yImage, dy, rectified);
        dy = rectified;
      }
      if (p->biasGradient) add_bias_gradient(g, dy, sums + plan.weights);
      add_narrow_gradients(width, g, &plan, p->x + n * g->xImage, dy, sums, input);
      if (p->dx) narrow_image(width, &images, runs, count, dy, p->dx + n * inverse.xImage);
    }
    if (!join_shards(&f)) continue;
    const long node = f.node * p->node;
    copy_narrow_sums(g, &plan, stack, p->weightGradient + node, p->weightRow);
    if (p->biasGradient) memcpy(p->biasGradient + node, stack + plan.weights, (size_t)g->outputs * sizeof(float));
  }
}

#undef DPT_EACH_WIDTH
#undef DPT_EACH_PIXELS

#endif
