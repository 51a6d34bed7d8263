// What the kernels of upsampling take.
#ifndef DPT_KERNELS_UPSAMPLE_H
#define DPT_KERNELS_UPSAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "precision.h"

/// Along one axis, the pixels of which the pixels of a larger image are made: pixel o is that of `below[o]`, or, if it
/// `blends`, (1 − share[o]) · that of below[o] + share[o] · that of above[o].
typedef struct {
  /// Pixels before and after.
  long size, outSize;
  bool blends;
  const int32_t *below, *above;
  const float *share;
  /// The pixels first[i] ..< end[i] of the result are made of pixel i; the k-th of them by weights[i · weightsRow + k].
  const int32_t *first, *end;
  const float *weights;
  long weightsRow;
} dpt_upsampled_axis;

/// Images, channels last, made larger; whole panels may be read and written behind a pixel's channels.
typedef struct {
  /// Of x and y.
  dpt_precision precision;
  long batch, channels;
  dpt_upsampled_axis down, across;
  /// Values from one pixel, line and image of x to the next.
  long xStride, xLine, xImage;
  /// The same of y.
  long yStride, yLine, yImage;
} dpt_upsampling;

#endif
