// The backward pass of a 1×1 convolution of small images, whose samples are too short for products of their own: the weights'
// gradients are one product over the pixels of a shard. Its blocks of sums are added in the tree while they lie in the caches.
#ifndef DPT_POINTWISE_BACKWARD_H
#define DPT_POINTWISE_BACKWARD_H

#include "convolution_backward.h"
#include "weight_gradient_blocks.h"

// Whether the gradients of a convolution are products over the pixels of a shard.
DPT_INLINE bool is_pointwise_back(const dpt_convolution *g, dpt_follower follower) {
  return follower != DPT_POOLED && !g->xStarts && g->kernelHeight * g->kernelWidth == 1 &&
         g->strideHeight * g->strideWidth == 1 && g->height == g->outHeight && g->width == g->outWidth && !g->hasPadding &&
         g->xLine == g->width * g->xStride && g->yLine == g->outWidth * g->yStride && g->height * g->width < DPT_PIXELS;
}

static size_t pointwise_backward_scratch(const dpt_convolution *g, long shards) {
  const size_t byOutputs = weight_gradient_scratch(g->precision, g->channels, g->outputs, shards);
  const size_t byInputs = weight_gradient_scratch(g->precision, g->outputs, g->channels, shards);
  const size_t products = byOutputs > byInputs ? byOutputs : byInputs, images = gradient_images_scratch(g, samples_back(g));
  return products > images ? products : images;
}

// The lanes run along the channels with the fewest empty lanes.
DPT_INLINE dpt_outer_product pointwise_product(const dpt_convolution_backward *p, const dpt_convolution *g, long shards) {
  dpt_outer_product product = {
      .precision = g->precision, .aPrecision = g->precision, .bPrecision = g->precision, .aOuter = 0, .outer = 1, .positions = g->height * g->width, .out = p->weightGradient, .outNode = p->node,
      .scratch = p->scratch, .scratchCount = pointwise_backward_scratch(g, shards)};
  if (padded_to_lanes(g->outputs) * g->channels < padded_to_lanes(g->channels) * g->outputs) {
    product.a = p->x, product.aStride = g->xStride, product.m = g->channels, product.outI = 1;
    product.b = p->dy, product.bStride = g->yStride, product.n = g->outputs, product.outJ = p->weightRow;
  } else {
    product.a = p->dy, product.aStride = g->yStride, product.m = g->outputs, product.outI = p->weightRow;
    product.b = p->x, product.bStride = g->xStride, product.n = g->channels, product.outJ = 1;
  }
  return product;
}

static void convolve_back_pointwise(const dpt_convolution_backward *p, const dpt_shard_program *s) {
  // Gradients stay where those behind the convolution are.
  const dpt_convolution given = with_stride_of_y(&p->convolution, p->dyStride), *g = &given;
  const long end = s->rowStart[s->shards], atOnce = samples_back(g);
  dpt_shard_progress progress = {0, s->rowStart[0]};
  for (long first = s->rowStart[0]; first < end; first += atOnce) {
    const long samples = end - first < atOnce ? end - first : atOnce;
    // The gradients take the place of those behind the convolution.
    for (long n = first; n < first + samples; n++) output_gradients(p, g, n, (element *)p->dy + n * g->yImage);
    if (!p->dx) continue;
    dpt_convolution some = with_stride_of_y(&p->inverse, p->dyStride);
    some.batch = samples;
    input_gradient(&some, (const element *)p->dy + first * g->yImage, p->packed, NULL,
                   (element *)p->dx + first * p->inverse.xImage, p->adds, p->scratch);
    sum_before(p, s, &progress, first + samples);
  }
  const dpt_outer_product product = pointwise_product(p, g, s->shards);
  weight_gradient(&product, s);
  if (!p->biasGradient) return;
  const dpt_row_sums sums = {.precision = g->precision, .base = p->dy, .stride = g->yStride, .outer = 1, .positions = product.positions,
                             .columns = g->outputs, .out = p->biasGradient, .outNode = p->node};
  sum_rows(&sums, s);
}

#endif
