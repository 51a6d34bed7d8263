// Images made larger, channels last, sixteen channels at a time.
#ifndef DPT_UPSAMPLE_H
#define DPT_UPSAMPLE_H

#include "values.h"

DPT_INLINE v16 blend(v16 below, v16 above, float share) {
  return fma16(above, splat(share), below * splat(1.0f - share));
}

// One line of the result, of the lines above and below it.
DPT_INLINE void upsample_line(bool blendsDown, bool blendsAcross, const dpt_upsampling *g, const element *top,
                              const element *bottom, float share, element *y) {
  const dpt_upsampled_axis *across = &g->across;
  for (long ow = 0; ow < across->outSize; ow++, y += g->yStride) {
    const long left = across->below[ow] * g->xStride, right = across->above[ow] * g->xStride;
    for (long c = 0; c < g->channels; c += DPT_LANES) {
      v16 value = load(top + left + c);
      if (blendsAcross) value = blend(value, load(top + right + c), across->share[ow]);
      if (blendsDown) {
        v16 below = load(bottom + left + c);
        if (blendsAcross) below = blend(below, load(bottom + right + c), across->share[ow]);
        value = blend(value, below, share);
      }
      store(y + c, value);
    }
  }
}

static void upsample(const dpt_upsampling *g, const void *inputs, void *outputs) {
  const element *x = inputs;
  element *y = outputs;
  const dpt_upsampled_axis *down = &g->down;
  for (long n = 0; n < g->batch; n++)
    for (long oh = 0; oh < down->outSize; oh++) {
      const element *image = x + n * g->xImage, *top = image + down->below[oh] * g->xLine;
      const element *bottom = image + down->above[oh] * g->xLine;
      const float share = down->share[oh];
      element *line = y + n * g->yImage + oh * g->yLine;
      if (down->blends && g->across.blends) upsample_line(true, true, g, top, bottom, share, line);
      else if (down->blends) upsample_line(true, false, g, top, bottom, share, line);
      else if (g->across.blends) upsample_line(false, true, g, top, bottom, share, line);
      else upsample_line(false, false, g, top, bottom, share, line);
    }
}

// Every pixel gathers the gradients of all that are made of it, in ascending order.
static void upsample_back(const dpt_upsampling *g, const void *outputs, void *inputs) {
  const element *dy = outputs;
  element *dx = inputs;
  const dpt_upsampled_axis *down = &g->down, *across = &g->across;
  for (long n = 0; n < g->batch; n++)
    for (long ih = 0; ih < down->size; ih++) {
      const float *weightsDown = down->weights + ih * down->weightsRow;
      for (long iw = 0; iw < across->size; iw++) {
        const float *weightsAcross = across->weights + iw * across->weightsRow;
        const long rows = down->end[ih] - down->first[ih], columns = across->end[iw] - across->first[iw];
        const element *from = dy + n * g->yImage + down->first[ih] * g->yLine + across->first[iw] * g->yStride;
        element *pixel = dx + n * g->xImage + ih * g->xLine + iw * g->xStride;
        for (long c = 0; c < g->channels; c += DPT_LANES) {
          v16 sum = splat(0.0f);
          for (long i = 0; i < rows; i++)
            for (long j = 0; j < columns; j++)
              sum = fma16(load(from + i * g->yLine + j * g->yStride + c), splat(weightsDown[i] * weightsAcross[j]), sum);
          store(pixel + c, sum);
        }
      }
    }
}

#endif
