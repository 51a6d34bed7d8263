// Structs of the kernels of images.
#ifndef DPT_KERNELS_IMAGES_H
#define DPT_KERNELS_IMAGES_H

#include <stdbool.h>

/// A kind of change of colours; all but hue clamp to 0 … 1.
typedef enum {
  /// x · factor.
  DPT_BRIGHTNESS,
  /// x · factor + mean · (1 − factor).
  DPT_CONTRAST,
  /// x · factor + grey · (1 − factor), the pixel's own grey.
  DPT_SATURATION,
  /// The hue (of HSV) turned by `factor`, in full turns, at most a half.
  DPT_HUE,
} dpt_color_kind;

/// One change of colours; `mean` is only used for contrast.
typedef struct {
  dpt_color_kind kind;
  float factor, mean;
} dpt_color_step;

/// A rotation about the middle: to(y, x) is from(y', x') with x' = cosine · x − sine · y, y' = sine · x + cosine · y,
/// counted from the middle; zero if that is outside.
typedef struct {
  const float *from[3];
  float *to[3];
  long height, width;
  float cosine, sine;
  /// Whether to interpolate between the four nearest pixels, or take the nearest one.
  bool bilinear;
} dpt_rotation;

#endif
