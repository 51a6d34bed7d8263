// Convolution by Winograd's tiles: forwards, and the inputs' gradients, which are a convolution with the weights turned
// round. A block's tiles are transformed, multiplied with the weights at each place, and transformed back while the caches
// hold them. Each element of a product is one ascending chain over the channels, and no tile has pixels of two samples: so
// bits depend neither on blocks nor on which samples are made at once.
#ifndef DPT_WINOGRAD_H
#define DPT_WINOGRAD_H

#include "gemm.h"
#include "winograd_tiles.h"

// Tiles of m outputs of r taps: along both axes, or along a sequence's steps.
#define DPT_SQUARE_TILE(M, R) ((tile_shape){{M, R}, {M, R}})
#define DPT_STEPS_TILE(M, R) ((tile_shape){{M, R}, {1, 1}})

// Calls NAME(shape, …) with the tile's shape as a constant. A sequence has width 1.
#define DPT_FOR_TILE(G, NAME, ...)                                                                 \
  do {                                                                                             \
    if ((G)->tileWidth == 1 && (G)->kernelHeight == 5) NAME(DPT_STEPS_TILE(4, 5), __VA_ARGS__);    \
    else if ((G)->tileWidth == 1) NAME(DPT_STEPS_TILE(4, 3), __VA_ARGS__);                         \
    else if ((G)->kernelHeight == 5) NAME(DPT_SQUARE_TILE(2, 5), __VA_ARGS__);                     \
    else if ((G)->tileHeight == 2) NAME(DPT_SQUARE_TILE(2, 3), __VA_ARGS__);                       \
    else NAME(DPT_SQUARE_TILE(4, 3), __VA_ARGS__);                                                 \
  } while (0)

DPT_INLINE tile_shape tile_of(const dpt_convolution *g) {
  return (tile_shape){{(int)g->tileHeight, (int)g->kernelHeight}, {(int)g->tileWidth, (int)g->kernelWidth}};
}

DPT_INLINE long winograd_places(const dpt_convolution *g) { return places_of(tile_of(g)); }

DPT_INLINE long tiles_of_image(const dpt_convolution *g) {
  return tiles_along(g->outHeight, (int)g->tileHeight) * tiles_along(g->outWidth, (int)g->tileWidth);
}

// Samples at once that fill a few blocks.
static long winograd_samples(const dpt_convolution *g) {
  const long tiles = tiles_of_image(g);
  return (2 * DPT_BLOCK + tiles - 1) / tiles;
}

// Floats for the places of a block's inputs and outputs.
static size_t winograd_scratch(const dpt_convolution *g) {
  return (size_t)(winograd_places(g) *
                  (DPT_BLOCK * (padded_to_lanes(g->channels) + padded_to_lanes(g->outputs)) + 2 * DPT_LANES));
}

DPT_INLINE tiled_images tiled_inputs(const dpt_convolution *g) {
  return (tiled_images){g->height, g->width, g->channels, g->xStride, g->xLine, g->xImage, -g->paddingHeight,
                        -g->paddingWidth};
}

DPT_INLINE tiled_images tiled_outputs(const dpt_convolution *g) {
  return (tiled_images){g->outHeight, g->outWidth, g->outputs, g->yStride, g->yLine, g->yImage, 0, 0};
}

typedef struct {
  tiled_images from, to;
  long images;
  // The weights' places, one after the other, each packed in panels.
  const float *packed, *bias;
  bool relu;
} tile_product;

DPT_INLINE void multiply_tiles(tile_shape s, const tile_product *p, const element *x, element *y, float *scratch) {
  const long inner = p->from.channels, columns = p->to.channels;
  const tile_layout in = tile_images(s, &p->to, inner), out = tile_images(s, &p->to, columns);
  const int places = places_of(s);
  float *sums = scratch + places * in.plane;
  const long tiles = p->images * in.down * in.across;
  for (long first = 0; first < tiles; first += DPT_BLOCK) {
    const long count = tiles - first < DPT_BLOCK ? tiles - first : DPT_BLOCK;
    place_tiles(DPT_INPUT_TILES, s, &p->from, &in, x, first, count, scratch);
    for (long place = 0; place < places; place++) {
      const slot_product product = {
          .rule = DPT_OF_FLOATS, .a = scratch + place * in.plane, .aStride = in.row, .segments = 1, .segmentLength = inner,
          .b = p->packed + place * inner * out.row, .c = sums + place * out.plane, .cStride = out.row,
          .rows = count, .columns = columns, .start = DPT_START_ZERO,
      };
      multiply_slots(&product);
    }
    write_tiles(s, &p->to, &out, sums, y, first, count, p->bias, p->relu);
  }
}

static void winograd_forward(const dpt_convolution *g, const element *x, const float *packed, const float *bias, element *y,
                             bool relu, float *scratch) {
  const tile_product p = {tiled_inputs(g), tiled_outputs(g), g->batch, packed, bias, relu};
  DPT_FOR_TILE(g, multiply_tiles, &p, x, y, scratch);
}

static void winograd_input_gradient(const dpt_convolution *g, const element *dy, const float *packed, element *dx,
                                    float *scratch) {
  tile_product p = {tiled_outputs(g), tiled_inputs(g), g->batch, packed, NULL, false};
  // Input pixel i sees output i + padding − k through tap k.
  p.from.top = g->paddingHeight - (g->kernelHeight - 1);
  p.from.left = g->paddingWidth - (g->kernelWidth - 1);
  DPT_FOR_TILE(g, multiply_tiles, &p, dy, dx, scratch);
}

// Packs the places of w[o][kh][kw][c] with inner length c and columns o.
DPT_INLINE void pack_tiles(tile_shape s, const float *w, long outputs, long channels, float *packed) {
  const int taps = taps_of(s), places = places_of(s);
  const long plane = channels * padded_to_lanes(outputs);
  for (long o = 0; o < outputs; o += DPT_LANES, packed += channels * DPT_LANES)
    for (long c = 0; c < channels; c++) {
      v16 tile[DPT_PLACES], placed[DPT_PLACES];
      for (int k = 0; k < taps; k++) {
        float lanes[DPT_LANES] = {0};
        for (long j = 0; j < DPT_LANES && o + j < outputs; j++) lanes[j] = w[((o + j) * taps + k) * channels + c];
        tile[k] = load(lanes);
      }
      place_weight_tile(s, tile, placed);
      for (int p = 0; p < places; p++) store(packed + p * plane + c * DPT_LANES, placed[p]);
    }
}

// The same turned round, with inner length o and columns c.
DPT_INLINE void pack_tiles_back(tile_shape s, const float *w, long outputs, long channels, float *packed) {
  const int taps = taps_of(s), places = places_of(s);
  const long plane = outputs * padded_to_lanes(channels);
  for (long c = 0; c < channels; c += DPT_LANES, packed += outputs * DPT_LANES)
    for (long o = 0; o < outputs; o++) {
      v16 tile[DPT_PLACES], placed[DPT_PLACES];
      for (int k = 0; k < taps; k++) tile[taps - 1 - k] = load_some(w + (o * taps + k) * channels + c, channels - c);
      place_weight_tile(s, tile, placed);
      for (int p = 0; p < places; p++) store(packed + p * plane + o * DPT_LANES, placed[p]);
    }
}

#endif
