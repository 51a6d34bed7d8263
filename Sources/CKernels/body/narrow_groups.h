// Convolutions in narrow groups: each group has as many outputs as channels, 1 (depthwise), 2, 4 or 8. The lanes run across
// groups: sixteen outputs are made of the same sixteen channels. Each element is the chain that it is where its group is
// convolved by itself, so the bits are those of `convolve` and `convolve_back` group by group.
//
// That is so of floats. With bfloat16 values, and weights rounded to such, sums are chains as of floats, too: one fused
// multiply-add after the other, ascending, and denormal numbers stay. Since the lanes run across groups, an instruction that
// adds products of pairs would be of no use.
#ifndef DPT_NARROW_GROUPS_H
#define DPT_NARROW_GROUPS_H

#include "convolution_backward.h"
#include "streaming.h"

// Channels of the widest group.
#define DPT_WIDEST_GROUP 8

// A case for each width of a group.
#define DPT_EACH_WIDTH(CASE) CASE(1) CASE(2) CASE(4) CASE(8)

// Result pixels at once, and a case for each number of them. So few are made that caches see memory almost in order.
#define DPT_NARROW_PIXELS 6
#define DPT_EACH_PIXELS(CASE) CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)

#define DPT_PLACE(WIDTH, K, J) ((J) / (WIDTH) * (WIDTH) + (K))
#define DPT_SPREAD(WIDTH, K)                                                                                         \
  case (WIDTH) * DPT_LANES + (K):                                                                                    \
    return __builtin_shufflevector(                                                                                  \
        x, x, DPT_PLACE(WIDTH, K, 0), DPT_PLACE(WIDTH, K, 1), DPT_PLACE(WIDTH, K, 2), DPT_PLACE(WIDTH, K, 3),        \
        DPT_PLACE(WIDTH, K, 4), DPT_PLACE(WIDTH, K, 5), DPT_PLACE(WIDTH, K, 6), DPT_PLACE(WIDTH, K, 7),              \
        DPT_PLACE(WIDTH, K, 8), DPT_PLACE(WIDTH, K, 9), DPT_PLACE(WIDTH, K, 10), DPT_PLACE(WIDTH, K, 11),            \
        DPT_PLACE(WIDTH, K, 12), DPT_PLACE(WIDTH, K, 13), DPT_PLACE(WIDTH, K, 14), DPT_PLACE(WIDTH, K, 15));

// In every lane, channel k of the lane's group of `width` lanes. Both are constants at every call.
DPT_INLINE v16 spread(int width, int k, v16 x) {
  switch (width * DPT_LANES + k) {
    DPT_SPREAD(2, 0) DPT_SPREAD(2, 1)
    DPT_SPREAD(4, 0) DPT_SPREAD(4, 1) DPT_SPREAD(4, 2) DPT_SPREAD(4, 3)
    DPT_SPREAD(8, 0) DPT_SPREAD(8, 1) DPT_SPREAD(8, 2) DPT_SPREAD(8, 3)
    DPT_SPREAD(8, 4) DPT_SPREAD(8, 5) DPT_SPREAD(8, 6) DPT_SPREAD(8, 7)
  }
  return x;
}
#undef DPT_SPREAD
#undef DPT_PLACE

// MARK: Which pixels see which

// Along one axis, how pixels of a result see those of an image. Forwards pixel r of the result sees pixel
// r · stride − padding + k · dilation of the image through tap k; backwards the two change places.
typedef struct {
  bool back;
  long pixels, size, kernel, stride, padding, dilation;
  // From one pixel of a run to the next, in the result and in the image.
  long resultStep, imageStep;
  // From one tap that sees the image to the next: taps, and pixels of the image.
  long tapStep, tapDistance;
} narrow_axis;

// Pixels of the result that see the image through the same taps, each `imageStep` behind the one before.
typedef struct {
  long first, pixels;
  // What the first of them sees through its first tap; that tap; the number of taps.
  long at, tap, taps;
} narrow_run;

DPT_INLINE narrow_axis narrow_axis_of(bool back, long pixels, long size, long kernel, long stride, long padding,
                                      long dilation) {
  narrow_axis axis = {
      .back = back, .pixels = pixels, .size = size, .kernel = kernel, .stride = stride, .padding = padding,
      .dilation = dilation, .resultStep = back ? stride : 1, .imageStep = back ? 1 : stride, .tapStep = 1,
  };
  if (back)
    while (axis.tapStep * dilation % stride != 0) axis.tapStep++;
  axis.tapDistance = back ? -(axis.tapStep * dilation / stride) : dilation;
  return axis;
}

// What one pixel of the result sees.
static narrow_run view_of(const narrow_axis *a, long pixel) {
  narrow_run view = {.first = pixel, .pixels = 1};
  for (long k = 0; k < a->kernel; k++) {
    long at = a->back ? pixel + a->padding - k * a->dilation : pixel * a->stride - a->padding + k * a->dilation;
    if (a->back && at % a->stride != 0) continue;
    if (a->back) at /= a->stride;
    if (at < 0 || at >= a->size) continue;
    if (view.taps++ > 0) continue;
    view.at = at;
    view.tap = k;
  }
  return view;
}

// Whether a pixel belongs to the run before it.
DPT_INLINE bool continues(const narrow_axis *a, const narrow_run *run, const narrow_run *view) {
  return view->taps == run->taps && view->tap == run->tap &&
         (view->taps == 0 || view->at == run->at + run->pixels * a->imageStep);
}

// All runs of an axis, at most one for each pixel; their number.
static long find_runs(const narrow_axis *a, narrow_run *runs) {
  long count = 0;
  for (long phase = 0; phase < a->resultStep && phase < a->pixels; phase++)
    for (long r = phase; r < a->pixels; r += a->resultStep) {
      const narrow_run view = view_of(a, r);
      if (r != phase && continues(a, runs + count - 1, &view)) runs[count - 1].pixels++;
      else runs[count++] = view;
    }
  return count;
}

DPT_INLINE size_t floats_of_runs(long pixels) {
  return (size_t)padded_to_lanes(pixels * (long)(sizeof(narrow_run) / sizeof(float)));
}

// A sequence is gone through as one line, whose pixels are its steps.
static dpt_convolution as_line(const dpt_convolution *g) {
  dpt_convolution line = *g;
  if (g->width > 1 || g->outWidth > 1 || g->kernelWidth > 1 || g->paddingWidth > 0) return line;
  line.width = g->height, line.height = 1;
  line.outWidth = g->outHeight, line.outHeight = 1;
  line.kernelWidth = g->kernelHeight, line.kernelHeight = 1;
  line.strideWidth = g->strideHeight, line.strideHeight = 1;
  line.paddingWidth = g->paddingHeight, line.paddingHeight = 0;
  line.dilationWidth = g->dilationHeight, line.dilationHeight = 1;
  line.xStride = g->xLine, line.xLine = g->height * g->xLine;
  line.yStride = g->yLine, line.yLine = g->outHeight * g->yLine;
  return line;
}

// MARK: Forwards, and the inputs' gradients

// How results are made of images, forwards or backwards.
typedef struct {
  narrow_axis down, across;
  long channels;
  // For each sixteen results, tap and channel of the group, their weights; the sixteen results' panels lie `panel` floats
  // apart.
  const float *weights, *bias;
  long panel;
  bool relu;
  // Whether images come from memory, so that what is read next is worth fetching.
  bool fetches;
  // Whether results go past the caches, which they would only fill.
  bool streams;
  long fromStride, fromLine, toStride, toLine;
} narrow_images;

// The taps of some pixels: from the first pixel's place in the image, and where their weights are in a panel.
typedef struct {
  long count, offset[DPT_TAPS], weights[DPT_TAPS];
} narrow_taps;

// `mr` pixels, `fromStep` and `toStep` values apart. `mr` and `width` are constants at every call.
DPT_INLINE void narrow_tile(int mr, int width, const narrow_images *g, const narrow_taps *taps, const element *from,
                            long fromStep, element *to, long toStep) {
  const float *panel = g->weights;
  for (long c = 0; c < g->channels; c += DPT_LANES, panel += g->panel) {
    v16 acc[DPT_NARROW_PIXELS];
#pragma clang loop unroll(full)
    for (int i = 0; i < mr; i++) acc[i] = g->bias ? load(g->bias + c) : splat(0.0f);
    for (long t = 0; t < taps->count; t++) {
      const element *x = from + taps->offset[t] + c;
      const float *w = panel + taps->weights[t];
#pragma clang loop unroll(full)
      for (int i = 0; i < mr; i++) {
        const v16 pixel = load(x + i * fromStep);
#pragma clang loop unroll(full)
        for (int k = 0; k < width; k++) acc[i] = fma16(spread(width, k, pixel), load(w + k * DPT_LANES), acc[i]);
      }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < mr; i++) {
      v16 value = first_lanes(acc[i], g->channels - c);
      if (g->relu) value = choose(value < splat(0.0f), splat(0.0f), value);
      element *place = to + i * toStep + c;
      if (g->streams) store_past_caches(place, value);
      else store(place, value);
    }
  }
}

// Asks for what some pixels of the next line see first, `newest` being what the first of these pixels sees through its
// last tap; in a single line, for as many pixels behind.
DPT_INLINE void fetch_next(const narrow_images *g, const element *newest, long pixels) {
  const long columns = pixels * g->across.imageStep;
  const bool isLine = g->down.pixels == 1;
  const long lines = isLine ? 1 : g->down.imageStep;
  const element *next = newest + (isLine ? columns * g->fromStride : g->fromLine);
  for (long l = 0; l < lines; l++)
    for (long i = 0; i < columns; i++) fetch(next + l * g->fromLine + i * g->fromStride, g->channels * (long)sizeof(element));
}

#define DPT_CASE(MR) \
  case MR: narrow_tile(MR, width, g, &taps, from, fromStep, to, toStep); break;

// One line of the result at `line`.
DPT_INLINE void narrow_line(int width, const narrow_images *g, const narrow_run *down, const narrow_run *runs, long count,
                            const element *image, element *line) {
  const narrow_axis *v = &g->down, *h = &g->across;
  const long fromStep = h->imageStep * g->fromStride, toStep = h->resultStep * g->toStride;
  narrow_taps taps;
  for (const narrow_run *run = runs; run < runs + count; run++) {
    taps.count = 0;
    for (long i = 0; i < down->taps; i++)
      for (long j = 0; j < run->taps; j++, taps.count++) {
        const long kh = down->tap + i * v->tapStep, kw = run->tap + j * h->tapStep;
        taps.offset[taps.count] =
            (down->at + i * v->tapDistance) * g->fromLine + (run->at + j * h->tapDistance) * g->fromStride;
        taps.weights[taps.count] = (kh * h->kernel + kw) * width * DPT_LANES;
      }
    const long height = tile_height(run->pixels, DPT_NARROW_PIXELS);
    for (long q = 0; q < run->pixels; q += height) {
      const long pixels = run->pixels - q < height ? run->pixels - q : height;
      const element *from = image + q * fromStep;
      element *to = line + run->first * g->toStride + q * toStep;
      if (g->fetches && taps.count > 0) fetch_next(g, from + taps.offset[taps.count - 1], pixels);
      switch (pixels) {
        DPT_EACH_PIXELS(DPT_CASE)
      }
    }
  }
}
#undef DPT_CASE

DPT_INLINE void narrow_lines(int width, const narrow_images *g, const narrow_run *runs, long count, const element *image,
                             element *to) {
  for (long q = 0; q < g->down.pixels; q++) {
    const narrow_run down = view_of(&g->down, q);
    narrow_line(width, g, &down, runs, count, image, to + q * g->toLine);
  }
}

#define DPT_CASE(WIDTH) \
  case WIDTH: narrow_lines(WIDTH, g, runs, count, image, to); break;

// The result of one image.
static void narrow_image(long width, const narrow_images *g, const narrow_run *runs, long count, const element *image,
                         element *to) {
  switch (width) {
    DPT_EACH_WIDTH(DPT_CASE)
  }
}
#undef DPT_CASE

static size_t narrow_groups_scratch(const dpt_convolution *g) {
  const dpt_convolution line = as_line(g);
  return floats_of_runs(line.outWidth);
}

static void convolve_narrow_groups(const dpt_convolution *convolution, long width, const void *inputs,
                                   const float *packed, const float *bias, void *outputs, bool relu, float *scratch) {
  const element *x = inputs;
  element *y = outputs;
  if (convolution->xStarts) {
    for (long n = 0; n < convolution->batch; n++) {
      const dpt_convolution one = sample_of(convolution, n);
      convolve_narrow_groups(&one, width, x + place_in_x(convolution, n), packed, bias, y + place_in_y(convolution, n),
                             relu, scratch);
    }
    return;
  }
  const dpt_convolution line = as_line(convolution), *g = &line;
  const narrow_images images = {
      .down = narrow_axis_of(false, g->outHeight, g->height, g->kernelHeight, g->strideHeight, g->paddingHeight,
                             g->dilationHeight),
      .across = narrow_axis_of(false, g->outWidth, g->width, g->kernelWidth, g->strideWidth, g->paddingWidth,
                               g->dilationWidth),
      .channels = g->outputs, .weights = packed, .bias = bias,
      .panel = g->kernelHeight * g->kernelWidth * width * DPT_LANES, .relu = relu, .fetches = true,
      .streams = streams_results(y, g->batch * g->outHeight * g->outWidth * g->outputs, g->yStride),
      .fromStride = g->xStride, .fromLine = g->xLine, .toStride = g->yStride, .toLine = g->yLine,
  };
  narrow_run *runs = (narrow_run *)scratch;
  const long count = find_runs(&images.across, runs);
  for (long n = 0; n < g->batch; n++)
    narrow_image(width, &images, runs, count, x + n * g->xImage, y + n * g->yImage);
}

// How ∂ℓ/∂x is made of ∂ℓ/∂y.
DPT_INLINE narrow_images narrow_images_back(const dpt_convolution *g, long width, const float *packed,
                                            const void *dx) {
  return (narrow_images){
      .down = narrow_axis_of(true, g->height, g->outHeight, g->kernelHeight, g->strideHeight, g->paddingHeight,
                             g->dilationHeight),
      .across = narrow_axis_of(true, g->width, g->outWidth, g->kernelWidth, g->strideWidth, g->paddingWidth,
                               g->dilationWidth),
      .channels = g->channels, .weights = packed, .panel = g->kernelHeight * g->kernelWidth * width * DPT_LANES,
      .streams = streams_results(dx, g->batch * g->height * g->width * g->channels, g->xStride),
      .fromStride = g->yStride, .fromLine = g->yLine, .toStride = g->xStride, .toLine = g->xLine,
  };
}

#endif
