// Images cut into Winograd's tiles, a block of tiles at a time: loaded and transformed to [place][tile][channel], so that
// each place is a matrix for the products; and transformed back.
#ifndef DPT_WINOGRAD_TILES_H
#define DPT_WINOGRAD_TILES_H

#include "values.h"
#include "winograd_transforms.h"

// Tiles of a block: enough rows for the products, few enough that their places stay in L2.
#define DPT_BLOCK 48

// A batch of images, channels last.
typedef struct {
  long height, width, channels;
  // Values from one pixel, line and image to the next.
  long stride, line, image;
  // The pixel at which the first tile begins.
  long top, left;
} tiled_images;

// How the tiles lie: `down` × `across` in an image. A tile has `row` floats at each place; places are `plane` floats apart.
typedef struct {
  long down, across, row, plane;
} tile_layout;

DPT_INLINE long tiles_along(long pixels, int m) { return (pixels + m - 1) / m; }

// Tiles for all pixels of `images`. A plane is not a power of two, so that a tile's places lie in different cache sets.
DPT_INLINE tile_layout tile_images(tile_shape s, const tiled_images *images, long channels) {
  const long row = padded_to_lanes(channels);
  return (tile_layout){tiles_along(images->height, s.down.outputs), tiles_along(images->width, s.across.outputs), row,
                       DPT_BLOCK * row + DPT_LANES};
}

// rows × columns values from pixel (h, w) on, zeros outside the image.
DPT_INLINE void load_tile(int rows, int columns, const tiled_images *g, const element *image, long h, long w, v16 *tile) {
  const element *first = image + h * g->line + w * g->stride;
  if (h >= 0 && w >= 0 && h + rows <= g->height && w + columns <= g->width) {
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
      for (int j = 0; j < columns; j++) tile[i * columns + j] = load(first + i * g->line + j * g->stride);
    return;
  }
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) {
      const bool inside = h + i >= 0 && h + i < g->height && w + j >= 0 && w + j < g->width;
      tile[i * columns + j] = inside ? load(first + i * g->line + j * g->stride) : splat(0.0f);
    }
}

typedef enum { DPT_INPUT_TILES, DPT_GRADIENT_TILES } tile_kind;

// Writes the places of tiles first ..< first + count of the batch.
DPT_INLINE void place_tiles(tile_kind kind, tile_shape s, const tiled_images *g, const tile_layout *t, const element *x,
                            long first, long count, float *places) {
  const int rows = kind == DPT_INPUT_TILES ? places_along(s.down) : s.down.outputs;
  const int columns = kind == DPT_INPUT_TILES ? places_along(s.across) : s.across.outputs;
  const long ofImage = t->down * t->across;
  for (long i = 0; i < count; i++) {
    const long n = (first + i) / ofImage, at = (first + i) % ofImage;
    const long h = g->top + at / t->across * s.down.outputs, w = g->left + at % t->across * s.across.outputs;
    for (long c = 0; c < g->channels; c += DPT_LANES) {
      v16 tile[DPT_PLACES], placed[DPT_PLACES];
      load_tile(rows, columns, g, x + n * g->image + c, h, w, tile);
      if (kind == DPT_INPUT_TILES) place_input_tile(s, tile, placed);
      else place_gradient_tile(s, tile, placed);
      float *to = places + i * t->row + c;
#pragma clang loop unroll(full)
      for (int p = 0; p < places_of(s); p++) store(to + p * t->plane, placed[p]);
    }
  }
}

// Writes the pixels of tiles first ..< first + count of the batch from their places: with a bias unless that is NULL, and
// 0 for negative values with `relu`.
DPT_INLINE void write_tiles(tile_shape s, const tiled_images *g, const tile_layout *t, const float *places, element *y,
                            long first, long count, const float *bias, bool relu) {
  const int mh = s.down.outputs, mw = s.across.outputs;
  const long ofImage = t->down * t->across;
  for (long i = 0; i < count; i++) {
    const long n = (first + i) / ofImage, at = (first + i) % ofImage;
    const long h = at / t->across * mh, w = at % t->across * mw;
    element *corner = y + n * g->image + h * g->line + w * g->stride;
    const long rows = g->height - h < mh ? g->height - h : mh, columns = g->width - w < mw ? g->width - w : mw;
    for (long c = 0; c < g->channels; c += DPT_LANES) {
      v16 placed[DPT_PLACES], tile[DPT_PLACES];
#pragma clang loop unroll(full)
      for (int p = 0; p < places_of(s); p++) placed[p] = load(places + i * t->row + c + p * t->plane);
      outputs_of_tile(s, placed, tile);
      const v16 start = bias ? load(bias + c) : splat(0.0f);
#pragma clang loop unroll(full)
      for (int k = 0; k < mh * mw; k++) {
        tile[k] += start;
        if (relu) tile[k] = choose(tile[k] < splat(0.0f), splat(0.0f), tile[k]);
      }
      if (rows == mh && columns == mw) {
#pragma clang loop unroll(full)
        for (int a = 0; a < mh; a++)
#pragma clang loop unroll(full)
          for (int b = 0; b < mw; b++) store(corner + a * g->line + b * g->stride + c, tile[a * mw + b]);
      } else {
        for (long a = 0; a < rows; a++)
          for (long b = 0; b < columns; b++) store(corner + a * g->line + b * g->stride + c, tile[a * mw + b]);
      }
    }
  }
}

#endif
