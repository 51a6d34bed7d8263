// The backward pass of a convolution in narrow groups, sample by sample.
#ifndef DPT_NARROW_GROUPS_BACKWARD_H
#define DPT_NARROW_GROUPS_BACKWARD_H

#include "narrow_groups_gradient.h"

static size_t narrow_groups_backward_scratch(const dpt_convolution *convolution, long width, long shards, bool changes) {
  const dpt_convolution line = as_line(convolution), *g = &line;
  const narrow_plan plan = plan_narrow(g, width);
  const size_t changed = changes ? (size_t)(g->outHeight * g->yLine + DPT_LANES) * sizeof(element) : 0;
  return floats_of_runs(g->width) + plan.input + stack_depth(shards) * plan.sums +
         (changed + sizeof(float) - 1) / sizeof(float);
}

// How the samples of a batch, or one of them, are gone through. The runs lie at the scratch's start.
typedef struct {
  dpt_convolution line;
  narrow_plan plan;
  narrow_images images;
  long runs;
} narrow_back;

DPT_INLINE narrow_back lay_narrow(const dpt_convolution_backward *p, long width, const dpt_convolution *convolution,
                                  const dpt_convolution *inverse) {
  const dpt_convolution turned = as_line(inverse);
  narrow_back back = {.line = as_line(convolution), .images = narrow_images_back(&turned, width, p->packed, p->dx)};
  back.plan = plan_narrow(&back.line, width);
  back.runs = p->dx ? find_runs(&back.images.across, (narrow_run *)p->scratch) : 0;
  return back;
}

static void convolve_narrow_groups_back(const dpt_convolution_backward *p, long width, const dpt_shard_program *s) {
  const dpt_convolution line = as_line(&p->convolution), *g = &line;
  const narrow_plan plan = plan_narrow(g, width);
  narrow_back sample = lay_narrow(p, width, &p->convolution, &p->inverse);
  float *input = p->scratch + floats_of_runs(g->width), *stack = input + plan.input;
  element *changed = (element *)(stack + stack_depth(s->shards) * plan.sums), *dx = p->dx;
  const element *x = p->x, *gradients = p->dy;
  for (shard_fold f = fold_shards(s, stack, (long)plan.sums); has_shard(&f);) {
    float *sums = f.top;
    memset(sums, 0, plan.sums * sizeof(float));
    for (long n = shard_start(&f); n < shard_end(&f); n++) {
      if (p->convolution.xStarts) {
        const dpt_convolution one = sample_of(&p->convolution, n), inverse = sample_of(&p->inverse, n);
        sample = lay_narrow(p, width, &one, &inverse);
      }
      const long at = place_in_y(&p->convolution, n), pixel = at / p->convolution.yStride;
      const element *dy = gradients + at;
      if (p->follower == DPT_NORMALIZED) {
        normalize_back(p, &sample.line, pixel, changed);
        dy = changed;
      } else if (p->rectified) {
        rectify_back(p, &sample.line, pixel, dy, changed);
        dy = changed;
      }
      if (p->biasGradient) add_bias_gradient(&sample.line, dy, sums + plan.weights);
      add_narrow_gradients(width, &sample.line, &sample.plan, x + place_in_x(&p->convolution, n), dy, sums, input);
      if (dx)
        narrow_image(width, &sample.images, (narrow_run *)p->scratch, sample.runs, dy, dx + place_in_x(&p->inverse, n));
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
