// Convolutions directly, as products of pixels, or by Winograd's tiles, as the layer has chosen by its shape.
#ifndef DPT_CONVOLUTION_ALGORITHMS_H
#define DPT_CONVOLUTION_ALGORITHMS_H

#include "pointwise_backward.h"
#include "winograd_backward.h"

DPT_INLINE bool uses_winograd(const dpt_convolution *g) { return g->tileHeight > 0; }

static size_t convolution_packed(const dpt_convolution *g) {
  return uses_winograd(g) ? (size_t)winograd_places(g) * dpt_packed_count(g->channels, g->outputs)
                          : dpt_packed_count(g->kernelHeight * g->kernelWidth * g->channels, g->outputs);
}

static size_t convolution_packed_back(const dpt_convolution *g) {
  return uses_winograd(g) ? (size_t)winograd_places(g) * dpt_packed_count(g->outputs, g->channels)
                          : dpt_packed_count(g->kernelHeight * g->kernelWidth * g->outputs, g->channels);
}

static void pack_convolution(const dpt_convolution *g, const float *w, float *packed) {
  const long inner = g->kernelHeight * g->kernelWidth * g->channels;
  if (uses_winograd(g)) DPT_FOR_TILE(g, pack_tiles, w, g->outputs, g->channels, packed);
  else {
    dpt_pack_transposed(w, g->outputs, inner, inner, packed);
    round_panels(g->precision, packed, padded_to_lanes(g->outputs) / DPT_LANES, g->kernelHeight * g->kernelWidth, g->channels);
  }
}

static void pack_convolution_back(const dpt_convolution *g, const float *w, float *packed) {
  const long taps = g->kernelHeight * g->kernelWidth;
  if (uses_winograd(g)) DPT_FOR_TILE(g, pack_tiles_back, w, g->outputs, g->channels, packed);
  else {
    dpt_pack_taps(w, g->outputs, taps, g->channels, taps * g->channels, packed);
    round_panels(g->precision, packed, padded_to_lanes(g->channels) / DPT_LANES, taps, g->outputs);
  }
}

static long convolution_samples(const dpt_convolution *g) {
  return uses_winograd(g) ? winograd_samples(g) : samples_at_once(g->outHeight * g->outWidth);
}

static size_t convolution_scratch(const dpt_convolution *g) {
  if (uses_winograd(g)) return winograd_scratch(g);
  const dpt_convolution seen = of_seen_pixels(g);
  const value_images inputs = inputs_of(&seen, NULL);
  return slots_of_images(&inputs);
}

static size_t transposed_scratch(const dpt_convolution *g) {
  const value_images outputs = outputs_of(g, NULL);
  return slots_of_images(&outputs);
}

static void convolve(const dpt_convolution *g, const void *inputs, const float *packed, const float *bias, void *outputs,
                     bool relu, float *scratch) {
  const element *x = inputs;
  element *y = outputs;
  if (g->xStarts) {
    for (long n = 0; n < g->batch; n++) {
      const dpt_convolution one = sample_of(g, n);
      convolve(&one, x + place_in_x(g, n), packed, bias, y + place_in_y(g, n), relu, scratch);
    }
    return;
  }
  if (uses_winograd(g)) winograd_forward(g, x, packed, bias, y, relu, scratch);
  else convolve_directly(g, x, packed, bias, y, relu, scratch);
}

static void convolve_transposed(const dpt_convolution *g, const void *x, const float *packed, const float *bias, void *y,
                                float *scratch) {
  input_gradient(g, x, packed, bias, y, false, scratch);
}

static size_t convolution_backward_scratch(const dpt_convolution *g, long shards, dpt_follower follower) {
  if (uses_winograd(g)) return winograd_backward_scratch(g, shards, follower);
  return is_pointwise_back(g, follower) ? pointwise_backward_scratch(g, shards) : direct_backward_scratch(g, shards, follower);
}

static bool convolution_changes_gradients(const dpt_convolution *g, dpt_follower follower) {
  return follower == DPT_NORMALIZED && !uses_winograd(g) && is_pointwise_back(g, follower);
}

static void convolve_back(const dpt_convolution_backward *p, const dpt_shard_program *shards) {
  if (uses_winograd(&p->convolution)) winograd_back(p, shards);
  else if (is_pointwise_back(&p->convolution, p->follower)) convolve_back_pointwise(p, shards);
  else convolve_back_directly(p, shards);
}

#endif
