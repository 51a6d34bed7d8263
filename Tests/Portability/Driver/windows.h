// Random windows over images or sequences, for convolutions and pooling.
#ifndef WINDOWS_H
#define WINDOWS_H

#include "driver.h"

/// How pixels lie: images one after the other; steps of all sequences, one after the other; or sequences of different lengths.
typedef enum { IMAGES, TIME_MAJOR, OF_LENGTHS } window_layout;

/// The pixels along one side of the output; `padding` is that of both ends together.
long output_size(long input, long kernel, long stride, long padding, long dilation);
/// A window over images, sometimes larger ones, or over sequences, of up to `channels` channels. If `outputs` is 0, it gives as
/// many outputs as channels. With `dilates` it may be dilated.
dpt_convolution draw_window(long channels, long outputs, long batch, bool dilates);
window_layout layout_of(const dpt_convolution *g);
/// Lays x and y out anew: all lengths are equal, and the next pixel is `xStride` or `yStride` values further on.
void lay_out(dpt_convolution *g, window_layout layout, long xStride, long yStride);
/// Lays the pixels of x further apart, half of the time.
void stretch_x(dpt_convolution *g);
/// Makes sequences have different lengths.
void draw_lengths(dpt_convolution *g);
/// Pixels of x and of y.
long pixels_of_x(const dpt_convolution *g);
long pixels_of_y(const dpt_convolution *g);

/// The values of x or y: zeros, or random ones.
void *values_x(const dpt_convolution *g);
void *values_y(const dpt_convolution *g);
void *random_x(const dpt_convolution *g);
void *random_y(const dpt_convolution *g);
void hash_x(const dpt_convolution *g, const void *x);
void hash_y(const dpt_convolution *g, const void *y);

#endif
