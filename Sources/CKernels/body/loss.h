// Softmax and cross-entropy, row by row; sums over classes ascend.
#ifndef DPT_LOSS_H
#define DPT_LOSS_H

#include "elementary.h"

DPT_INLINE float largest(const float *z, long n) {
  float m = z[0];
  for (long k = 1; k < n; k++) m = z[k] > m ? z[k] : m;
  return m;
}

// Σ exp(z − m), ascending; the exponentials go to `out` where wanted, zeros in its pad columns.
DPT_INLINE float sum_of_exponentials(const float *z, long n, float m, float *out) {
  float sum = 0;
  for (long k = 0; k < n; k += DPT_LANES) {
    const long valid = n - k < DPT_LANES ? n - k : DPT_LANES;
    float lanes[DPT_LANES];
    store(lanes, exp16(load_some(z + k, valid) - splat(m)));
    for (long l = 0; l < valid; l++) sum += lanes[l];
    for (long l = valid; l < DPT_LANES; l++) lanes[l] = 0;
    if (out) store(out + k, load(lanes));
  }
  return sum;
}

static void cross_entropy(const float *logits, long stride, long rows, long classes, const int32_t *targets,
                          float *records, float *gradient) {
  for (long r = 0; r < rows; r++) {
    const float *z = logits + r * stride;
    const long target = targets[r];
    const float m = largest(z, classes);
    float *g = gradient ? gradient + r * stride : NULL;
    const float sum = sum_of_exponentials(z, classes, m, g);
    // A NaN among the logits is nobody's largest; the search then ends at the last class.
    long best = 0;
    while (z[best] != m && best < classes - 1) best++;
    float *record = records + r * DPT_LANES;
    record[DPT_RECORD_LOSS] = log16(splat(sum))[0] - (z[target] - m);
    record[DPT_RECORD_CORRECT] = best == target;
    record[DPT_RECORD_COUNT] = 1;
    record[DPT_RECORD_PREDICTED] = (float)best;
    if (!g) continue;
    for (long k = 0; k < classes; k += DPT_LANES) store(g + k, load(g + k) / splat(sum));
    g[target] -= 1.0f;
  }
}

static void softmax(const dpt_row_pass *r) {
  for (long i = 0; i < r->rows; i++) {
    const float *x = r->x + i * r->xStride;
    float *y = r->y + i * r->yStride;
    const v16 sum = splat(sum_of_exponentials(x, r->columns, largest(x, r->columns), y));
    for (long k = 0; k < r->columns; k += DPT_LANES) store(y + k, load(y + k) / sum);
  }
}

#endif
