// Convolution forward and its gradient by the input: products with rows of A that are given by pointers, so that no image is
// ever unfolded (Dukhan 2019, "The indirect convolution algorithm").
// Pixels that see the image through the same taps are gone through together, so taps outside of it cost nothing.
#ifndef DPT_CONVOLUTION_H
#define DPT_CONVOLUTION_H

#include "gathered_product.h"
#include "image_slots.h"

// Sample n by itself, where it lies in x and in y.
DPT_INLINE dpt_convolution sample_of(const dpt_convolution *g, long n) {
  dpt_convolution one = *g;
  one.batch = 1;
  if (!g->xStarts) return one;
  one.height = g->xStarts[n + 1] - g->xStarts[n];
  one.outHeight = g->yStarts[n + 1] - g->yStarts[n];
  one.xStarts = one.yStarts = NULL;
  return one;
}
DPT_INLINE long place_in_x(const dpt_convolution *g, long n) {
  return g->xStarts ? g->xStarts[n] * g->xStride : n * g->xImage;
}
DPT_INLINE long place_in_y(const dpt_convolution *g, long n) {
  return g->yStarts ? g->yStarts[n] * g->yStride : n * g->yImage;
}

// Asks for bytes ahead of their use: the products read a new image line tap by tap, in an order that processors do not
// foresee.
DPT_INLINE void fetch(const void *p, long bytes) {
  for (long k = 0; k < bytes; k += 64) __builtin_prefetch((const char *)p + k, 0, 2);
}

// Along one axis, how the pixels of a result see those of an image: pixel q through tap t at q · step + offset[t], where
// this is one of its `size` pixels. Offsets ascend or descend.
typedef struct {
  long pixels, step, size;
  long taps, tap[DPT_TAPS], offset[DPT_TAPS];
} seen_axis;

// Pixels first ..< end, which see the image through the same taps.
typedef struct {
  long first, end, firstTap, taps;
} seen_stretch;

DPT_INLINE bool sees(const seen_axis *axis, long q, long t) {
  const long at = q * axis->step + axis->offset[t];
  return at >= 0 && at < axis->size;
}

DPT_INLINE bool belongs(const seen_axis *axis, const seen_stretch *s, long q) {
  for (long t = 0; t < axis->taps; t++)
    if (sees(axis, q, t) != (t >= s->firstTap && t < s->firstTap + s->taps)) return false;
  return true;
}

static seen_stretch stretch_from(const seen_axis *axis, long first) {
  seen_stretch s = {.first = first, .end = first + 1};
  while (s.firstTap < axis->taps && !sees(axis, first, s.firstTap)) s.firstTap++;
  while (s.firstTap + s.taps < axis->taps && sees(axis, first, s.firstTap + s.taps)) s.taps++;
  while (s.end < axis->pixels && belongs(axis, &s, s.end)) s.end++;
  return s;
}

// The taps of a stretch that see what the pixel before does not; their number.
DPT_INLINE long fresh_taps(const seen_axis *axis, const seen_stretch *s, long fresh[DPT_TAPS]) {
  long count = 0, most = 0;
  for (long t = s->firstTap; t < s->firstTap + s->taps; t++)
    if (t == s->firstTap || axis->offset[t] > most) most = axis->offset[t];
  for (long t = s->firstTap; t < s->firstTap + s->taps; t++)
    if (axis->offset[t] > most - axis->step) fresh[count++] = t;
  return count;
}

// Images in slots that pixels of a result see through the taps of a kernel, each of `depth` slots.
typedef struct {
  seen_axis down, across;
  long batch, depth, kernelWidth;
  // Whether a line of the kernel is one tap, since its pixels lie one behind the other, as B's rows do.
  bool merges;
  // Slots from one pixel, line and image to the next, and values of the result.
  const float *from;
  long fromStride, fromLine, fromImage;
  element *to;
  long toStride, toLine, toImage;
} seen_images;

// The pixels of two stretches.
static void multiply_stretch(const gathered_product *p, const seen_images *g, seen_stretch down, seen_stretch across,
                             gathered_rows *rows) {
  const seen_axis *v = &g->down, *h = &g->across;
  const long acrossTaps = g->merges && across.taps > 1 ? 1 : across.taps;
  rows->rows = 0;
  rows->taps = down.taps * acrossTaps;
  // Nothing would be added.
  if (p->adds && rows->taps == 0) return;
  rows->depth = g->merges ? across.taps * g->depth : g->depth;
  // Where the taps are, and those of them that no pixel before has read.
  long offset[DPT_TAPS], fresh = 0, freshOffset[DPT_TAPS];
  for (long i = 0; i < down.taps; i++)
    for (long j = 0; j < acrossTaps; j++) {
      const long t = i * acrossTaps + j, kh = down.firstTap + i, kw = across.firstTap + j;
      offset[t] = v->offset[kh] * g->fromLine + h->offset[kw] * g->fromStride;
      rows->part[t] = (v->tap[kh] * g->kernelWidth + h->tap[kw]) * g->depth;
    }
  long freshDown[DPT_TAPS], freshAcross[DPT_TAPS];
  const long downCount = fresh_taps(v, &down, freshDown), acrossCount = fresh_taps(h, &across, freshAcross);
  for (long i = 0; i < downCount; i++)
    for (long j = 0; j < acrossCount; j++)
      freshOffset[fresh++] = v->offset[freshDown[i]] * g->fromLine + h->offset[freshAcross[j]] * g->fromStride;
  for (long n = 0; n < g->batch; n++)
    for (long qh = down.first; qh < down.end; qh++)
      for (long qw = across.first; qw < across.end; qw++) {
        const long at = n * g->fromImage + qh * v->step * g->fromLine + qw * h->step * g->fromStride;
        const float **a = new_row(p, rows, g->to + n * g->toImage + qh * g->toLine + qw * g->toStride);
        for (long t = 0; t < rows->taps; t++) a[t * DPT_TILE_ROWS] = g->from + (at + offset[t]);
        for (long f = 0; f < fresh; f++) fetch(g->from + (at + freshOffset[f]), g->depth * (long)sizeof(float));
      }
  multiply_gathered(p, rows);
}

static void multiply_seen(const gathered_product *p, const seen_images *g) {
  gathered_rows rows;
  for (long qh = 0; qh < g->down.pixels;) {
    const seen_stretch down = stretch_from(&g->down, qh);
    for (long qw = 0; qw < g->across.pixels;) {
      const seen_stretch across = stretch_from(&g->across, qw);
      multiply_stretch(p, g, down, across, &rows);
      qw = across.end;
    }
    qh = down.end;
  }
}

DPT_INLINE seen_axis axis_forward(long pixels, long size, long kernel, long stride, long padding, long dilation) {
  seen_axis axis = {.pixels = pixels, .step = stride, .size = size, .taps = kernel};
  for (long k = 0; k < kernel; k++) {
    axis.tap[k] = k;
    axis.offset[k] = k * dilation - padding;
  }
  return axis;
}

DPT_INLINE value_images inputs_of(const dpt_convolution *g, const void *x) {
  return (value_images){x, g->batch, g->height, g->width, g->channels, g->xStride, g->xLine, g->xImage};
}
DPT_INLINE value_images outputs_of(const dpt_convolution *g, const void *y) {
  return (value_images){y, g->batch, g->outHeight, g->outWidth, g->outputs, g->yStride, g->yLine, g->yImage};
}

// The same convolution of only those pixels that a kernel of one tap sees.
DPT_INLINE dpt_convolution of_seen_pixels(const dpt_convolution *g) {
  dpt_convolution seen = *g;
  if (g->kernelHeight * g->kernelWidth > 1 || g->hasPadding) return seen;
  seen.height = g->outHeight, seen.width = g->outWidth;
  seen.xLine *= g->strideHeight, seen.xStride *= g->strideWidth;
  seen.strideHeight = seen.strideWidth = 1;
  return seen;
}

static void convolve_directly(const dpt_convolution *all, const element *x, const float *packed, const float *bias,
                              element *y, bool relu, float *scratch) {
  const dpt_convolution seen = of_seen_pixels(all), *g = &seen;
  const long depth = slots_of(g->channels);
  const gathered_product p = {
      .b = packed, .bias = bias, .inner = g->kernelHeight * g->kernelWidth * depth, .columns = g->outputs,
      .padded = g->yPadded, .relu = relu,
  };
  const value_images values = inputs_of(g, x);
  const long most = images_at_once(&values);
  for (long first = 0; first < g->batch; first += most) {
    const long count = g->batch - first < most ? g->batch - first : most;
    const slot_images from = images_in_slots(&values, first, count, scratch);
    const seen_images images = {
        .down = axis_forward(g->outHeight, g->height, g->kernelHeight, g->strideHeight, g->paddingHeight,
                             g->dilationHeight),
        .across = axis_forward(g->outWidth, g->width, g->kernelWidth, g->strideWidth, g->paddingWidth, g->dilationWidth),
        .batch = count, .depth = depth, .kernelWidth = g->kernelWidth, .merges = from.areDense && g->dilationWidth == 1,
        .from = from.at, .fromStride = from.stride, .fromLine = from.line, .fromImage = from.image,
        .to = y + first * g->yImage, .toStride = g->yStride, .toLine = g->yLine, .toImage = g->yImage,
    };
    multiply_seen(&p, &images);
  }
}

// The input lines i = phase + q·S see output lines: with i = o·S − P + k·D, line q sees q + offset through tap k.
DPT_INLINE seen_axis axis_back(long phase, long size, long outSize, long kernel, long stride, long padding,
                               long dilation) {
  seen_axis axis = {.pixels = (size - phase + stride - 1) / stride, .step = 1, .size = outSize};
  for (long k = 0; k < kernel; k++) {
    const long shifted = phase + padding - k * dilation;
    if (shifted % stride != 0) continue;
    axis.tap[axis.taps] = k;
    axis.offset[axis.taps++] = shifted / stride;
  }
  return axis;
}

// ∂ℓ/∂x from ∂ℓ/∂y, beginning with `bias` unless it is NULL; with `adds` it is added to dx.
static void input_gradient(const dpt_convolution *g, const element *dy, const float *packed, const float *bias, element *dx,
                           bool adds, float *scratch) {
  const long depth = slots_of(g->outputs);
  const gathered_product p = {
      .b = packed, .bias = bias, .inner = g->kernelHeight * g->kernelWidth * depth, .columns = g->channels,
      .padded = g->xPadded, .adds = adds,
  };
  const value_images values = outputs_of(g, dy);
  const long most = images_at_once(&values);
  for (long first = 0; first < g->batch; first += most) {
    const long count = g->batch - first < most ? g->batch - first : most;
    const slot_images from = images_in_slots(&values, first, count, scratch);
    // Input pixels whose coordinates leave the same rest when divided by the stride are seen through the same taps.
    for (long ph = 0; ph < g->strideHeight; ph++)
      for (long pw = 0; pw < g->strideWidth; pw++) {
        const seen_images images = {
            .down = axis_back(ph, g->height, g->outHeight, g->kernelHeight, g->strideHeight, g->paddingHeight,
                              g->dilationHeight),
            .across = axis_back(pw, g->width, g->outWidth, g->kernelWidth, g->strideWidth, g->paddingWidth,
                                g->dilationWidth),
            .batch = count, .depth = depth, .kernelWidth = g->kernelWidth,
            .from = from.at, .fromStride = from.stride, .fromLine = from.line, .fromImage = from.image,
            .to = dx + first * g->xImage + ph * g->xLine + pw * g->xStride, .toStride = g->strideWidth * g->xStride,
            .toLine = g->strideHeight * g->xLine, .toImage = g->xImage,
        };
        multiply_seen(&p, &images);
      }
  }
}

#endif
