// Structs of the kernels of images.
#ifndef DPT_KERNELS_IMAGES_H
#define DPT_KERNELS_IMAGES_H

#include <stdbool.h>

/// A kind of change of colours. The first three clamp to 0 … 1; the others keep colours of 0 … 1 there.
typedef enum {
  /// x · factor.
  DPT_BRIGHTNESS,
  /// x · factor + mean · (1 − factor).
  DPT_CONTRAST,
  /// x · factor + grey · (1 − factor), the pixel's own grey.
  DPT_SATURATION,
  /// The hue (of HSV) turned by `factor`, in full turns, at most a half.
  DPT_HUE,
  /// 1 − x.
  DPT_INVERSION,
  /// 1 − x if x ≥ factor.
  DPT_SOLARIZATION,
  /// x as a byte, of which only the bits in `factor`, a whole number, are kept.
  DPT_POSTERIZATION,
} dpt_color_kind;

/// One change of colours; `mean` is only used for contrast.
typedef struct {
  dpt_color_kind kind;
  float factor, mean;
} dpt_color_step;

/// Images of one size, and where the pixels of `to` come from. With (x, y) counted from the middle, to(y, x) is from(y', x')
/// with x' = across · (x, y, 1) / d and y' = down · (x, y, 1) / d, where d = depth · (x, y) + 1; `fill` if that is outside.
typedef struct {
  const float *from[3];
  float *to[3];
  /// The number of planes: 1 or 3.
  long channels;
  long height, width;
  float across[3], down[3], depth[2];
  /// Of each plane.
  float fill[3];
  /// Whether to interpolate between the four nearest pixels, or take the nearest one.
  bool bilinear;
} dpt_warping;

#endif
