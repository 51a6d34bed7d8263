// Pooling, channels last, sixteen channels at a time. Pads of a pixel's channels are pooled like the rest.
#ifndef DPT_POOLING_H
#define DPT_POOLING_H

#include "vector.h"

// Largest value of each window, and which of its taps (kh · kernelWidth + kw) held it: the first of equals, a NaN before
// all. Taps outside the image do not take part.
static void max_pool(const dpt_convolution *g, const float *x, float *y, int32_t *taps) {
  for (long n = 0; n < g->batch; n++)
    for (long oh = 0; oh < g->outHeight; oh++)
      for (long ow = 0; ow < g->outWidth; ow++) {
        const long at = n * g->yImage + oh * g->yLine + ow * g->yStride;
        for (long c = 0; c < g->channels; c += DPT_LANES) {
          v16 best = splat(-INFINITY);
          i16 from = -1;
          for (long kh = 0; kh < g->kernelHeight; kh++) {
            const long ih = oh * g->strideHeight - g->paddingHeight + kh * g->dilationHeight;
            if (ih < 0 || ih >= g->height) continue;
            for (long kw = 0; kw < g->kernelWidth; kw++) {
              const long iw = ow * g->strideWidth - g->paddingWidth + kw * g->dilationWidth;
              if (iw < 0 || iw >= g->width) continue;
              v16 value = load(x + n * g->xImage + ih * g->xLine + iw * g->xStride + c);
              // The first tap is always taken, so that a window of −∞ has a place, too.
              i16 better = (value > best) | ((value != value) & (best == best)) | (from < 0);
              best = choose(better, value, best);
              from = (better & (int32_t)(kh * g->kernelWidth + kw)) | (~better & from);
            }
          }
          store(y + at + c, best);
          memcpy(taps + at + c, &from, sizeof from);
        }
      }
}

// Every window's gradient goes to the tap that was largest; windows that overlap add up in ascending order.
static void max_pool_back(const dpt_convolution *g, const float *dy, const int32_t *taps, float *dx) {
  for (long n = 0; n < g->batch; n++) {
    for (long ih = 0; ih < g->height; ih++)
      memset(dx + n * g->xImage + ih * g->xLine, 0, (size_t)(g->width * g->xStride) * sizeof(float));
    for (long oh = 0; oh < g->outHeight; oh++)
      for (long ow = 0; ow < g->outWidth; ow++) {
        const long at = n * g->yImage + oh * g->yLine + ow * g->yStride;
        for (long c = 0; c < g->channels; c += DPT_LANES) {
          v16 gradient = load(dy + at + c);
          i16 from;
          memcpy(&from, taps + at + c, sizeof from);
          for (long kh = 0; kh < g->kernelHeight; kh++) {
            const long ih = oh * g->strideHeight - g->paddingHeight + kh * g->dilationHeight;
            if (ih < 0 || ih >= g->height) continue;
            for (long kw = 0; kw < g->kernelWidth; kw++) {
              const long iw = ow * g->strideWidth - g->paddingWidth + kw * g->dilationWidth;
              if (iw < 0 || iw >= g->width) continue;
              float *target = dx + n * g->xImage + ih * g->xLine + iw * g->xStride + c;
              i16 here = from == (int32_t)(kh * g->kernelWidth + kw);
              store(target, load(target) + choose(here, gradient, splat(0.0f)));
            }
          }
        }
      }
  }
}

// Taps of a window that count towards its mean: all of them, padding included, as PyTorch's count_include_pad.
static void average_pool(const dpt_convolution *g, const float *x, float *y) {
  const v16 count = splat((float)(g->kernelHeight * g->kernelWidth));
  for (long n = 0; n < g->batch; n++)
    for (long oh = 0; oh < g->outHeight; oh++)
      for (long ow = 0; ow < g->outWidth; ow++)
        for (long c = 0; c < g->channels; c += DPT_LANES) {
          v16 sum = splat(0.0f);
          for (long kh = 0; kh < g->kernelHeight; kh++) {
            const long ih = oh * g->strideHeight - g->paddingHeight + kh;
            if (ih < 0 || ih >= g->height) continue;
            for (long kw = 0; kw < g->kernelWidth; kw++) {
              const long iw = ow * g->strideWidth - g->paddingWidth + kw;
              if (iw < 0 || iw >= g->width) continue;
              sum += load(x + n * g->xImage + ih * g->xLine + iw * g->xStride + c);
            }
          }
          store(y + n * g->yImage + oh * g->yLine + ow * g->yStride + c, sum / count);
        }
}

static void average_pool_back(const dpt_convolution *g, const float *dy, float *dx) {
  const v16 count = splat((float)(g->kernelHeight * g->kernelWidth));
  for (long n = 0; n < g->batch; n++) {
    for (long ih = 0; ih < g->height; ih++)
      memset(dx + n * g->xImage + ih * g->xLine, 0, (size_t)(g->width * g->xStride) * sizeof(float));
    for (long oh = 0; oh < g->outHeight; oh++)
      for (long ow = 0; ow < g->outWidth; ow++)
        for (long c = 0; c < g->channels; c += DPT_LANES) {
          v16 share = load(dy + n * g->yImage + oh * g->yLine + ow * g->yStride + c) / count;
          for (long kh = 0; kh < g->kernelHeight; kh++) {
            const long ih = oh * g->strideHeight - g->paddingHeight + kh;
            if (ih < 0 || ih >= g->height) continue;
            for (long kw = 0; kw < g->kernelWidth; kw++) {
              const long iw = ow * g->strideWidth - g->paddingWidth + kw;
              if (iw < 0 || iw >= g->width) continue;
              float *target = dx + n * g->xImage + ih * g->xLine + iw * g->xStride + c;
              store(target, load(target) + share);
            }
          }
        }
  }
}

#endif
