// Pooling, channels last, sixteen channels at a time. The padding of a pixel's channels is pooled too.
#ifndef DPT_POOLING_H
#define DPT_POOLING_H

#include "convolution.h"

typedef int8_t i8x16 __attribute__((ext_vector_type(16)));

// The taps of a window inside the image: their offsets from the image's first pixel, and indices (kh · kernelWidth + kw).
typedef struct {
  long count, offset[DPT_TAPS];
  int32_t tap[DPT_TAPS];
} window_taps;

DPT_INLINE void find_taps(const dpt_convolution *g, long oh, long ow, window_taps *taps) {
  taps->count = 0;
  for (long kh = 0; kh < g->kernelHeight; kh++) {
    const long ih = oh * g->strideHeight - g->paddingHeight + kh * g->dilationHeight;
    if (ih < 0 || ih >= g->height) continue;
    for (long kw = 0; kw < g->kernelWidth; kw++) {
      const long iw = ow * g->strideWidth - g->paddingWidth + kw * g->dilationWidth;
      if (iw < 0 || iw >= g->width) continue;
      taps->offset[taps->count] = ih * g->xLine + iw * g->xStride;
      taps->tap[taps->count++] = (int32_t)(kh * g->kernelWidth + kw);
    }
  }
}

// Takes a value, and its place, where it is larger than the best so far: the first of equals stays, and NaN wins. The first
// value always counts, so that −∞ has a place, too.
DPT_INLINE void take_larger(v16 value, int32_t place, bool isFirst, v16 *best, i16 *from) {
  const i16 better = isFirst ? (i16)-1 : (value > *best) | ((value != value) & (*best == *best));
  *best = choose(better, value, *best);
  *from = (better & place) | (~better & *from);
}

// Where taps lie: rows of whole groups, whatever the stride of the outputs is.
typedef struct {
  long stride, line, image;
} pool_taps;

DPT_INLINE pool_taps taps_of_pool(const dpt_convolution *g) {
  const long stride = padded_to_lanes(g->channels);
  return (pool_taps){stride, g->yLine / g->yStride * stride, g->yImage / g->yStride * stride};
}

// The largest value of each window, and its tap: the first of equals; NaN wins. Taps outside the image do not count. With
// `rectified`, a value that is not positive has no tap and passes no gradient.
static void max_pool(const dpt_convolution *g, const void *inputs, void *outputs, int8_t *taps, bool rectified) {
  const element *x = inputs;
  element *y = outputs;
  window_taps window;
  const pool_taps place = taps_of_pool(g);
  for (long n = 0; n < g->batch; n++)
    for (long oh = 0; oh < g->outHeight; oh++)
      for (long ow = 0; ow < g->outWidth; ow++) {
        const element *image = x + n * g->xImage;
        const long at = n * g->yImage + oh * g->yLine + ow * g->yStride;
        int8_t *winners = taps + n * place.image + oh * place.line + ow * place.stride;
        find_taps(g, oh, ow, &window);
        for (long c = 0; c < g->channels; c += DPT_LANES) {
          v16 best = splat(-INFINITY);
          i16 from = -1;
          for (long t = 0; t < window.count; t++)
            take_larger(load(image + window.offset[t] + c), window.tap[t], t == 0, &best, &from);
          store(y + at + c, best);
          if (rectified) from |= ~(best > splat(0.0f));
          i8x16 bytes = __builtin_convertvector(from, i8x16);
          memcpy(winners + c, &bytes, sizeof bytes);
        }
      }
}

#if DPT_ROUNDED

// Pixels gather the gradients of all windows that see them, so that each value is rounded once.

// Along one axis, the windows that see a pixel, ascending, and through which tap.
typedef struct {
  long count, window[DPT_TAPS], tap[DPT_TAPS];
} seeing_windows;

DPT_INLINE void find_windows(long pixel, long windows, long kernel, long stride, long padding, long dilation,
                             seeing_windows *seeing) {
  // How far the pixel is from a window's first tap.
  const long most = (kernel - 1) * dilation, behind = pixel + padding - most;
  long window = behind > 0 ? (behind + stride - 1) / stride : 0;
  seeing->count = 0;
  for (long at = pixel + padding - window * stride; at >= 0 && window < windows; at -= stride, window++) {
    if (dilation > 1 && at % dilation != 0) continue;
    seeing->window[seeing->count] = window;
    seeing->tap[seeing->count++] = dilation > 1 ? at / dilation : at;
  }
}

// Zeros behind the groups of a pixel's channels.
DPT_INLINE void clear_behind(element *pixel, long channels, long stride) {
  const long padded = padded_to_lanes(channels);
  if (padded < stride) memset(pixel + padded, 0, (size_t)(stride - padded) * sizeof(element));
}

// Every window's gradient goes to its tap; overlapping windows add in ascending order.
static void max_pool_back(const dpt_convolution *g, const void *outputs, const int8_t *taps, void *inputs) {
  const element *dy = outputs;
  element *dx = inputs;
  seeing_windows down, across;
  // Of all windows that see a pixel: where their gradients and taps lie in an image, and the pixel's tap.
  long at[DPT_TAPS], winners[DPT_TAPS];
  int32_t tap[DPT_TAPS];
  const pool_taps place = taps_of_pool(g);
  for (long n = 0; n < g->batch; n++)
    for (long ih = 0; ih < g->height; ih++) {
      find_windows(ih, g->outHeight, g->kernelHeight, g->strideHeight, g->paddingHeight, g->dilationHeight, &down);
      for (long iw = 0; iw < g->width; iw++) {
        find_windows(iw, g->outWidth, g->kernelWidth, g->strideWidth, g->paddingWidth, g->dilationWidth, &across);
        long count = 0;
        for (long i = 0; i < down.count; i++)
          for (long j = 0; j < across.count; j++, count++) {
            at[count] = n * g->yImage + down.window[i] * g->yLine + across.window[j] * g->yStride;
            winners[count] = n * place.image + down.window[i] * place.line + across.window[j] * place.stride;
            tap[count] = (int32_t)(down.tap[i] * g->kernelWidth + across.tap[j]);
          }
        element *pixel = dx + n * g->xImage + ih * g->xLine + iw * g->xStride;
        clear_behind(pixel, g->channels, g->xStride);
        for (long c = 0; c < g->channels; c += DPT_LANES) {
          v16 sum = splat(0.0f);
          for (long w = 0; w < count; w++) {
            i8x16 bytes;
            memcpy(&bytes, taps + winners[w] + c, sizeof bytes);
            const i16 here = __builtin_convertvector(bytes, i16) == tap[w];
            sum += choose(here, load(dy + at[w] + c), splat(0.0f));
          }
          store(pixel + c, sum);
        }
      }
    }
}

#else

// Every window's gradient goes to its tap; overlapping windows add in ascending order.
static void max_pool_back(const dpt_convolution *g, const void *outputs, const int8_t *taps, void *inputs) {
  const float *dy = outputs;
  float *dx = inputs;
  window_taps window;
  const pool_taps place = taps_of_pool(g);
  for (long n = 0; n < g->batch; n++) {
    float *image = dx + n * g->xImage;
    for (long ih = 0; ih < g->height; ih++)
      memset(image + ih * g->xLine, 0, (size_t)(g->width * g->xStride) * sizeof(float));
    for (long oh = 0; oh < g->outHeight; oh++)
      for (long ow = 0; ow < g->outWidth; ow++) {
        const long at = n * g->yImage + oh * g->yLine + ow * g->yStride;
        const int8_t *winners = taps + n * place.image + oh * place.line + ow * place.stride;
        find_taps(g, oh, ow, &window);
        for (long c = 0; c < g->channels; c += DPT_LANES) {
          v16 gradient = load(dy + at + c);
          i8x16 bytes;
          memcpy(&bytes, winners + c, sizeof bytes);
          i16 from = __builtin_convertvector(bytes, i16);
          for (long t = 0; t < window.count; t++) {
            float *target = image + window.offset[t] + c;
            i16 here = from == window.tap[t];
            store(target, load(target) + choose(here, gradient, splat(0.0f)));
          }
        }
      }
  }
}

#endif

// The largest value of each channel over the whole image, and its pixel: the first of equals; NaN wins. Without pixels it is
// 0, and the pixel −1.
static void global_max_pool(const dpt_convolution *g, const void *inputs, void *outputs, int32_t *pixels) {
  const element *x = inputs;
  element *y = outputs;
  for (long n = 0; n < g->batch; n++)
    for (long c = 0; c < g->channels; c += DPT_LANES) {
      const element *image = x + n * g->xImage + c;
      v16 best = splat(0.0f);
      i16 from = -1;
      for (long h = 0, pixel = 0; h < g->height; h++)
        for (long w = 0; w < g->width; w++, pixel++)
          take_larger(load(image + h * g->xLine + w * g->xStride), (int32_t)pixel, pixel == 0, &best, &from);
      store(y + n * g->yImage + c, best);
      memcpy(pixels + n * g->yImage + c, &from, sizeof from);
    }
}

// The gradient goes to the pixel of the largest value.
static void global_max_pool_back(const dpt_convolution *g, const void *outputs, const int32_t *pixels, void *inputs) {
  const element *dy = outputs;
  element *dx = inputs;
  for (long n = 0; n < g->batch; n++)
    for (long c = 0; c < g->channels; c += DPT_LANES) {
      element *image = dx + n * g->xImage + c;
      const v16 gradient = load(dy + n * g->yImage + c);
      i16 from;
      memcpy(&from, pixels + n * g->yImage + c, sizeof from);
      for (long h = 0, pixel = 0; h < g->height; h++)
        for (long w = 0; w < g->width; w++, pixel++)
          store(image + h * g->xLine + w * g->xStride, choose(from == (int32_t)pixel, gradient, splat(0.0f)));
    }
}

// The pixels first ..< end of a window along an axis of `size` pixels, and how many the mean counts.
typedef struct {
  long first, end, count;
} mean_span;

DPT_INLINE mean_span adaptive_span(long window, long size, long windows) {
  const long first = window * size / windows, end = ((window + 1) * size + windows - 1) / windows;
  return (mean_span){first, end, end - first};
}

// As in PyTorch, a window that reaches beyond the padding behind does not count what lies there.
DPT_INLINE mean_span window_span(dpt_average average, long first, long kernel, long size, long behind) {
  long end = first + kernel;
  if (end > size + behind) end = size + behind;
  mean_span span = {first > 0 ? first : 0, end < size ? end : size, end - first};
  if (average == DPT_PADDING_IGNORED) span.count = span.end - span.first;
  // A sequence without steps has a mean, too: 0.
  if (span.count < 1) span.count = 1;
  return span;
}

DPT_INLINE mean_span span_down(const dpt_convolution *g, dpt_average average, long oh) {
  return average == DPT_ADAPTIVE ? adaptive_span(oh, g->height, g->outHeight)
                                 : window_span(average, oh * g->strideHeight - g->paddingHeight, g->kernelHeight,
                                               g->height, g->behindHeight);
}

DPT_INLINE mean_span span_across(const dpt_convolution *g, dpt_average average, long ow) {
  return average == DPT_ADAPTIVE ? adaptive_span(ow, g->width, g->outWidth)
                                 : window_span(average, ow * g->strideWidth - g->paddingWidth, g->kernelWidth, g->width,
                                               g->behindWidth);
}

// The mean of each window: the sum of its pixels in ascending order, over their count.
static void average_pool(const dpt_convolution *g, dpt_average average, const void *inputs, void *outputs) {
  const element *x = inputs;
  element *y = outputs;
  for (long n = 0; n < g->batch; n++)
    for (long oh = 0; oh < g->outHeight; oh++) {
      const mean_span down = span_down(g, average, oh);
      for (long ow = 0; ow < g->outWidth; ow++) {
        const mean_span across = span_across(g, average, ow);
        const v16 count = splat((float)(down.count * across.count));
        for (long c = 0; c < g->channels; c += DPT_LANES) {
          v16 sum = splat(0.0f);
          for (long ih = down.first; ih < down.end; ih++)
            for (long iw = across.first; iw < across.end; iw++)
              sum += load(x + n * g->xImage + ih * g->xLine + iw * g->xStride + c);
          store(y + n * g->yImage + oh * g->yLine + ow * g->yStride + c, sum / count);
        }
      }
    }
}

#if DPT_ROUNDED

typedef mean_span (*span_of_window)(const dpt_convolution *, dpt_average, long);

// Whether windows along an axis have pixels in common.
DPT_INLINE bool spans_overlap(span_of_window span, const dpt_convolution *g, dpt_average average, long windows) {
  for (long o = 1; o < windows; o++)
    if (span(g, average, o).first < span(g, average, o - 1).end) return true;
  return false;
}

// The windows first ..< end along an axis, which see a pixel.
typedef struct {
  long first, end;
} window_range;

// Moves on from an earlier pixel's.
DPT_INLINE void find_range(span_of_window span, const dpt_convolution *g, dpt_average average, long windows, long pixel,
                           window_range *range) {
  while (range->first < windows && span(g, average, range->first).end <= pixel) range->first++;
  while (range->end < windows && span(g, average, range->end).first <= pixel) range->end++;
}

// Every pixel gathers the shares of all windows that see it, in ascending order.
static void gather_shares(const dpt_convolution *g, dpt_average average, const element *dy, element *dx) {
  for (long n = 0; n < g->batch; n++) {
    window_range down = {0};
    for (long ih = 0; ih < g->height; ih++) {
      find_range(span_down, g, average, g->outHeight, ih, &down);
      window_range across = {0};
      for (long iw = 0; iw < g->width; iw++) {
        find_range(span_across, g, average, g->outWidth, iw, &across);
        element *pixel = dx + n * g->xImage + ih * g->xLine + iw * g->xStride;
        clear_behind(pixel, g->channels, g->xStride);
        for (long c = 0; c < g->channels; c += DPT_LANES) {
          v16 sum = splat(0.0f);
          for (long oh = down.first; oh < down.end; oh++) {
            const long rows = span_down(g, average, oh).count;
            for (long ow = across.first; ow < across.end; ow++) {
              const v16 count = splat((float)(rows * span_across(g, average, ow).count));
              sum += load(dy + n * g->yImage + oh * g->yLine + ow * g->yStride + c) / count;
            }
          }
          store(pixel + c, sum);
        }
      }
    }
  }
}

#endif

static void average_pool_back(const dpt_convolution *g, dpt_average average, const void *outputs, void *inputs) {
  const element *dy = outputs;
  element *dx = inputs;
#if DPT_ROUNDED
  // Otherwise each value is written once, after zero.
  if (spans_overlap(span_down, g, average, g->outHeight) || spans_overlap(span_across, g, average, g->outWidth))
    return gather_shares(g, average, dy, dx);
#endif
  for (long n = 0; n < g->batch; n++) {
    for (long ih = 0; ih < g->height; ih++)
      memset(dx + n * g->xImage + ih * g->xLine, 0, (size_t)(g->width * g->xStride) * sizeof(element));
    for (long oh = 0; oh < g->outHeight; oh++) {
      const mean_span down = span_down(g, average, oh);
      for (long ow = 0; ow < g->outWidth; ow++) {
        const mean_span across = span_across(g, average, ow);
        const v16 count = splat((float)(down.count * across.count));
        for (long c = 0; c < g->channels; c += DPT_LANES) {
          v16 share = load(dy + n * g->yImage + oh * g->yLine + ow * g->yStride + c) / count;
          for (long ih = down.first; ih < down.end; ih++)
            for (long iw = across.first; iw < across.end; iw++) {
              element *target = dx + n * g->xImage + ih * g->xLine + iw * g->xStride + c;
              store(target, load(target) + share);
            }
        }
      }
    }
  }
}

#endif
