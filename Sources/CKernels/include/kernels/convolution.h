// What the kernels of convolution and pooling take.
#ifndef DPT_KERNELS_CONVOLUTION_H
#define DPT_KERNELS_CONVOLUTION_H

#include <stdbool.h>
#include <stdint.h>

#include "precision.h"
#include "rows.h"
#include "shards.h"

/// A two-dimensional cross-correlation of `batch` images, channels last:
/// y[n][oh][ow][o] = bias[o] + Σ x[n][oh·S − P + kh·D][ow·S − P + kw·D][c] · w[o][kh][kw][c], summed over kh, kw, c in
/// this order. One group of channels: layers call it once a
/// group, but for narrow groups, which are convolved at once.
///
/// With a tile it is made by Winograd's tiles: kernel 3 × 3 or 5 × 5, of sequences 3 × 1 or 5 × 1, stride and dilation 1,
/// whole panels at x and y.
typedef struct {
  /// Of x and y, and of their gradients.
  dpt_precision precision;
  long batch, height, width, channels;
  /// Values from one pixel, line and image of x to the next.
  long xStride, xLine, xImage;
  long outHeight, outWidth, outputs;
  /// The same of y.
  long yStride, yLine, yImage;
  /// Unless NULL, images are sequences of different lengths, one after the other: sample n has the rows xStarts[n] ..<
  /// xStarts[n + 1] of x, and likewise of y; `height` and `outHeight` are those of the longest.
  const int32_t *xStarts, *yStarts;
  /// Whether whole panels may be written behind a pixel's channels.
  bool xPadded, yPadded;
  long kernelHeight, kernelWidth, strideHeight, strideWidth;
  /// Zeros before the first line and pixel. How many are behind the last follows from the outputs.
  long paddingHeight, paddingWidth;
  long dilationHeight, dilationWidth;
  /// Whether there are zeros on any side.
  bool hasPadding;
  /// Outputs of a tile: 4 × 4 or 2 × 2, with 5 × 5 taps 2 × 2, of sequences 4 × 1; 0 if the convolution is made directly.
  long tileHeight, tileWidth;
  /// Zeros behind the last line and pixel, as far as an average pool counts them; its last windows may reach further.
  long behindHeight, behindWidth;
} dpt_convolution;

/// The windows of an average pool, and what it divides by: the pixels of a window with the padding among them, or without it;
/// or window i of n is ⌊i·H/n⌋ ..< ⌈(i + 1)·H/n⌉ along an axis of H pixels, whatever the kernel is.
typedef enum { DPT_PADDING_COUNTS, DPT_PADDING_IGNORED, DPT_ADAPTIVE } dpt_average;

/// What follows a convolution, and so how ∂ℓ/∂y is made: it is given, perhaps with a ReLU after the convolution; or, for images,
/// it is made of the gradients after max pooling, or after a batch normalization.
typedef enum { DPT_GIVEN, DPT_POOLED, DPT_NORMALIZED } dpt_follower;

/// What goes into a convolution's backward pass, and where its results go. Every sample lies at the same place as forwards.
typedef struct {
  dpt_convolution convolution;
  const void *x;
  /// ∂ℓ/∂y, its pixels `dyStride` values apart. With a normalization this need not be the convolution's `yStride`.
  void *dy;
  long dyStride;
  /// Outputs of a ReLU behind the convolution, or NULL: where they are not positive, dy becomes 0. Pixels are
  /// `rectifiedStride` values apart.
  const void *rectified;
  long rectifiedStride;
  dpt_follower follower;
  /// With pooling, its taps. ∂ℓ/∂y is made of `pooled`, the gradients of the pooled outputs, and dy is not used.
  const int8_t *taps;
  const void *pooled;
  dpt_convolution pool;
  /// With a normalization, its inputs, which are y, and how ∂ℓ/∂y is combined from them and dy, the gradients of the
  /// normalization's outputs; dy may change.
  const void *normalized;
  dpt_norm_gradient norm;
  /// ∂ℓ/∂w[node][o][kh][kw][c], rows `weightRow` apart, and ∂ℓ/∂bias[node][o] or NULL; nodes `node` apart. Within a shard
  /// pixels ascend; over shards in the tree's order.
  float *weightGradient, *biasGradient;
  long weightRow, node;
  /// ∂ℓ/∂x, or NULL if it is not wanted, and the convolution with dx in x's place. `packed` is the weight packed by
  /// `dpt_pack_convolution_back`. If it `adds`, ∂ℓ/∂x is added to dx; not with a tile or for narrow groups at once.
  void *dx;
  bool adds;
  /// If dx is the gradient of a batch normalization's outputs, it `sums` what that needs while the caches hold dx, as
  /// `dpt_batch_norm_gradients` does; not for narrow groups at once, whose dx goes past the caches.
  bool sums;
  dpt_batch_norm_sums before;
  float *beforeSums;
  long beforeGap;
  dpt_convolution inverse;
  const float *packed;
  /// `dpt_convolution_backward_scratch` floats.
  float *scratch;
} dpt_convolution_backward;

#endif
