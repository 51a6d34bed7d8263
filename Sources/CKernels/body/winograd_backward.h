// The weights' gradients by Winograd's tiles, and a convolution's backward pass with them. At each place the sums over a
// shard's tiles of inputs times output gradients are one ascending chain. They are transformed to the weights' gradients
// once a shard, which then add in the tree.
#ifndef DPT_WINOGRAD_BACKWARD_H
#define DPT_WINOGRAD_BACKWARD_H

#include "convolution_backward.h"
#include "winograd.h"

// A layer's tiles, and where its sums lie.
typedef struct {
  tiled_images inputs, outputs;
  tile_layout in, out;
  // Places of the present block: inputs, then output gradients.
  float *placed;
  // Sums at each place.
  float *sums;
} winograd_gradient;

// Floats of the sums: of all weights for shards of several blocks, of one tile of weights for those of one.
DPT_INLINE size_t winograd_sums(const dpt_convolution *g) {
  const long all = g->channels * padded_to_lanes(g->outputs) + DPT_LANES;
  const long tile = DPT_TILE_ROWS * DPT_TILE_PANELS * DPT_LANES;
  return (size_t)(winograd_places(g) * (all > tile ? all : tile));
}

// Adds the products of `count` tiles at one place to sums, for `rows` inputs and the outputs of np panels.
DPT_INLINE void add_place(int np, bool fresh, const winograd_gradient *p, long count, const float *x, const float *dy,
                          long rows, float *sums, long row) {
  const tile_walk walk = {.lines = 1, .width = count, .aStep = p->in.row, .bStep = p->out.row};
  accumulate_tiles(DPT_OF_FLOATS, np, fresh, rows, &walk, x, dy, dy + (np - 1) * DPT_LANES, sums, row);
}

// Adds the products of the present block to the sums of all weights, place after place; `fresh` sums begin.
static void add_block(const winograd_gradient *p, long places, bool fresh, long count) {
  const long channels = p->inputs.channels, row = p->out.row, plane = channels * row + DPT_LANES;
  const long height = tile_height(channels, DPT_TILE_ROWS);
  for (long place = 0; place < places; place++) {
    const float *x = p->placed + place * p->in.plane, *dy = p->placed + places * p->in.plane + place * p->out.plane;
    for (long i = 0; i < channels; i += height) {
      const long rows = channels - i < height ? channels - i : height;
      float *sums = p->sums + place * plane + i * row;
      long o = 0;
#if DPT_TILE_PANELS > 1
      for (; o + DPT_LANES < row; o += 2 * DPT_LANES) add_place(2, fresh, p, count, x + i, dy + o, rows, sums + o, row);
#endif
      for (; o < row; o += DPT_LANES) add_place(1, fresh, p, count, x + i, dy + o, rows, sums + o, row);
    }
  }
}

// Transforms rows × columns sums, whose places are `plane` floats apart, to gradients of weights at [tap][c][o].
DPT_INLINE void finish_weights(tile_shape s, long rows, long columns, const float *sums, long plane, long row,
                               float *weights, long weightRow, long tap) {
  for (long i = 0; i < rows; i++)
    for (long o = 0; o < columns; o += DPT_LANES) {
      v16 placed[DPT_PLACES], w[DPT_PLACES];
#pragma clang loop unroll(full)
      for (int k = 0; k < places_of(s); k++) placed[k] = load(sums + k * plane + i * row + o);
      weights_of_tile(s, placed, w);
#pragma clang loop unroll(full)
      for (int k = 0; k < taps_of(s); k++)
        store(weights + k * tap + i * weightRow + o, w[k]);
    }
}

// A shard of one block: all places for one tile of weights after the other, whose sums never leave the caches.
DPT_INLINE void add_only_block(tile_shape s, const winograd_gradient *p, long count, float *weights) {
  const int places = places_of(s);
  const long channels = p->inputs.channels, row = p->out.row;
  const long height = tile_height(channels, DPT_TILE_ROWS), wide = DPT_TILE_PANELS * DPT_LANES;
  const long plane = DPT_TILE_ROWS * wide;
  for (long o = 0; o < row; o += wide) {
    const long columns = row - o < wide ? row - o : wide;
    for (long i = 0; i < channels; i += height) {
      const long rows = channels - i < height ? channels - i : height;
      for (long place = 0; place < places; place++) {
        const float *x = p->placed + place * p->in.plane + i;
        const float *dy = p->placed + places * p->in.plane + place * p->out.plane + o;
        if (columns > DPT_LANES) add_place(DPT_TILE_PANELS, true, p, count, x, dy, rows, p->sums + place * plane, wide);
        else add_place(1, true, p, count, x, dy, rows, p->sums + place * plane, wide);
      }
      finish_weights(s, rows, columns, p->sums, plane, wide, weights + i * row + o, row, channels * row);
    }
  }
}

// Adds what some samples of a shard, its first ones if `fresh`, make of the weights' gradients; with `last` these are whole.
DPT_INLINE void add_samples(tile_shape s, const winograd_gradient *p, const element *x, const element *dy, long samples,
                            bool fresh, bool last, float *weights) {
  const int places = places_of(s);
  const long tiles = samples * p->in.down * p->in.across;
  for (long first = 0; first < tiles; first += DPT_BLOCK) {
    const long count = tiles - first < DPT_BLOCK ? tiles - first : DPT_BLOCK;
    place_tiles(DPT_INPUT_TILES, s, &p->inputs, &p->in, x, first, count, p->placed);
    place_tiles(DPT_GRADIENT_TILES, s, &p->outputs, &p->out, dy, first, count, p->placed + places * p->in.plane);
    if (fresh && last && count == tiles) return add_only_block(s, p, count, weights);
    add_block(p, places, fresh, count);
    fresh = false;
  }
  const long channels = p->inputs.channels, row = p->out.row;
  if (last)
    finish_weights(s, channels, row, p->sums, channels * row + DPT_LANES, row, weights, row, channels * row);
}

// A node's gradients from [tap][c][o], `row` floats a row.
DPT_INLINE void copy_weights(const dpt_convolution *g, const float *weights, long row, float *out, long outRow) {
  const long taps = g->kernelHeight * g->kernelWidth;
  for (long o = 0; o < g->outputs; o++)
    for (long k = 0; k < taps * g->channels; k++) out[o * outRow + k] = weights[k * row + o];
}

// Floats of a shard's gradients: the weights', then the biases'.
DPT_INLINE size_t winograd_shard(const dpt_convolution *g) {
  return (size_t)((g->kernelHeight * g->kernelWidth * g->channels + 1) * padded_to_lanes(g->outputs));
}

static size_t winograd_backward_scratch(const dpt_convolution *g, long shards, dpt_follower follower) {
  const size_t made = follower == DPT_GIVEN ? 0 : (size_t)(winograd_samples(g) * g->yImage + DPT_LANES);
  return winograd_scratch(g) + winograd_sums(g) + stack_depth(shards) * winograd_shard(g) + made;
}

DPT_INLINE void lay_tiles(winograd_gradient *tiles, const dpt_convolution *g) {
  tiles->inputs = tiled_inputs(g);
  tiles->outputs = tiled_outputs(g);
  tiles->in = tile_images(tile_of(g), &tiles->outputs, g->channels);
  tiles->out = tile_images(tile_of(g), &tiles->outputs, g->outputs);
}

static void winograd_back(const dpt_convolution_backward *p, const dpt_shard_program *s) {
  const dpt_convolution *g = &p->convolution;
  const long row = padded_to_lanes(g->outputs), size = (long)winograd_shard(g);
  const long atOnce = g->xStarts ? 1 : winograd_samples(g);
  winograd_gradient tiles = {.placed = p->scratch};
  lay_tiles(&tiles, g);
  tiles.sums = tiles.placed + winograd_scratch(g);
  float *stack = tiles.sums + winograd_sums(g);
  element *made = (element *)(stack + stack_depth(s->shards) * (size_t)size);
  const long end = s->rowStart[s->shards];
  // The first sample of those whose input gradients are made next.
  long first = s->rowStart[0];
  dpt_shard_progress progress = {0, first};
  for (shard_fold f = fold_shards(s, stack, size); has_shard(&f);) {
    float *weights = f.top, *bias = weights + size - row;
    const bool isEmpty = shard_start(&f) == shard_end(&f);
    memset(isEmpty ? weights : bias, 0, (size_t)(isEmpty ? size : row) * sizeof(float));
    // The first sample of those that the weights' gradients take next.
    long next = shard_start(&f);
    for (long n = next; n < shard_end(&f); n++) {
      const dpt_convolution one = sample_of(g, n);
      const element *dy = output_gradients(p, &one, n, made + (n - first) * g->yImage);
      if (p->biasGradient) add_bias_gradient(&one, dy, bias);
      const bool isFull = n + 1 - first == atOnce, isLast = n + 1 == shard_end(&f);
      if (!isFull && !isLast) continue;
      const element *gradients = p->follower == DPT_GIVEN ? p->dy : made - first * g->yImage;
      if (g->xStarts) lay_tiles(&tiles, &one);
      DPT_FOR_TILE(g, add_samples, &tiles, (const element *)p->x + place_in_x(g, next), gradients + place_in_y(g, next), n + 1 - next,
                   next == shard_start(&f), isLast, weights);
      next = n + 1;
      if (!isFull && n + 1 < end) continue;
      if (p->dx) {
        dpt_convolution some = sample_of(&p->inverse, first);
        some.batch = n + 1 - first;
        winograd_input_gradient(&some, gradients + place_in_y(g, first), p->packed,
                                (element *)p->dx + place_in_x(&p->inverse, first), tiles.placed);
        sum_before(p, s, &progress, n + 1);
      }
      first = n + 1;
    }
    if (!join_shards(&f)) continue;
    const long node = f.node * p->node;
    copy_weights(g, stack, row, p->weightGradient + node, p->weightRow);
    if (p->biasGradient) memcpy(p->biasGradient + node, stack + size - row, (size_t)g->outputs * sizeof(float));
  }
}

#endif
