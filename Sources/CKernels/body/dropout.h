// Dropout of values, of channels and of whole samples, decided for sixteen values at a time by random words.
#ifndef DPT_DROPOUT_H
#define DPT_DROPOUT_H

#include "philox.h"
#include "values.h"

static void dropout(const dpt_row_pass *r, const dpt_dropout_mask *mask) {
  const long groups = (r->columns + DPT_LANES - 1) / DPT_LANES;
  const long blocks = (mask->positions * groups + 3) / 4;
  for (long t = 0; t < mask->steps; t++)
    for (long b = 0; b < mask->batch; b++) {
      if (mask->starts && t >= mask->starts[b + 1] - mask->starts[b]) continue;
      const long first = mask->starts ? mask->starts[b] + t : (t * mask->batch + b) * mask->positions;
      const element *x = (const element *)r->x + first * r->xStride;
      element *y = (element *)r->y + first * r->yStride;
      u16x32 words[4];
      uint32_t q = 0;
      for (long row = 0; row < mask->positions; row++, x += r->xStride, y += r->yStride)
        for (long k = 0; k < r->columns; k += DPT_LANES, q++) {
          // A block of 16 counters gives the words for 64 values.
          if (q % 4 == 0)
            philox16(((uint32_t)(t * blocks) + q / 4) * DPT_LANES, (uint32_t)(mask->firstSample + b), mask->step,
                     mask->stream, mask->seed, words);
          const i16 keep = words[q % 4] >= (u16x32)mask->threshold;
          store(y + k, choose(keep, load_some(x + k, r->columns - k) * splat(mask->scale), splat(0.0f)));
        }
    }
}

// A row of factors is the same for all rows of a sample.
static void sample_dropout(const dpt_row_pass *r, const dpt_dropout_mask *mask, bool isWhole, float *factors) {
  const element *inputs = r->x;
  element *outputs = r->y;
  for (long b = 0; b < mask->batch; b++) {
    u16x32 words[4];
    uint32_t q = 0;
    for (long k = 0; k < r->columns; k += DPT_LANES, q++) {
      if (q % 4 == 0 && !(isWhole && q > 0))
        philox16(q / 4 * DPT_LANES, (uint32_t)(mask->firstSample + b), mask->step, mask->stream, mask->seed, words);
      const i16 keep = (isWhole ? (u16x32)words[0][0] : words[q % 4]) >= (u16x32)mask->threshold;
      store(factors + k, choose(keep, splat(mask->scale), splat(0.0f)));
    }
    const long steps = mask->starts ? mask->starts[b + 1] - mask->starts[b] : mask->steps;
    for (long t = 0; t < steps; t++) {
      const long first = mask->starts ? mask->starts[b] + t : (t * mask->batch + b) * mask->positions;
      for (long row = first; row < first + mask->positions; row++)
        for (long k = 0; k < r->columns; k += DPT_LANES) {
          const v16 factor = load(factors + k), x = load_some(inputs + row * r->xStride + k, r->columns - k);
          store(outputs + row * r->yStride + k, choose(factor > splat(0.0f), x * factor, splat(0.0f)));
        }
    }
  }
}

#endif
