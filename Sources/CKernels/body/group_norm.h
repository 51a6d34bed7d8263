// Group and instance normalization (Wu & He 2018; Ulyanov, Vedaldi & Lempitsky 2016): statistics over the rows of one sample.
//
// Lanes run across channels. A channel's rows are summed in blocks of DPT_ROW_BLOCK, whose sums are added in ascending order;
// then the channels of a group in ascending order, in double precision.
#ifndef DPT_GROUP_NORM_H
#define DPT_GROUP_NORM_H

#include "batch_norm.h"

// The largest squared distance, in variances, of a mean from the shift of its sums. It bounds the growth of rounding.
#define DPT_NORM_FARNESS 4

// One sample's rows, `base` being those of all samples.
DPT_INLINE dpt_rows rows_of_sample(const dpt_group_norm_settings *p, long sample, const void *base, long stride,
                                   long columns) {
  const long first = p->starts ? p->starts[sample] : sample * p->distance;
  return (dpt_rows){
      .base = (const element *)base + first * stride, .stride = p->step * stride, .outer = 1,
      .positions = p->starts ? p->starts[sample + 1] - p->starts[sample] : p->rows, .columns = columns,
  };
}

DPT_INLINE void moments_of_sample(int groups, const dpt_rows *r, const float *shift, float *sums, long gap, long j) {
  v16 total[2 * DPT_NORM_GROUPS] = {0};
  moments_of_rows(groups, r, 0, 1, j, shift, total);
  store_two_sums(groups, total, sums + j, gap);
}

DPT_INLINE void gradients_of_sample(int groups, const dpt_batch_norm_sums *p, float *sums, long gap, long j) {
  v16 total[2 * DPT_NORM_GROUPS] = {0};
  gradients_of_rows(groups, p, 0, 1, j, total);
  store_two_sums(groups, total, sums + j, gap);
}

// From a sample's sums of x − shift and (x − shift)²: each channel's mean and 1 / √(variance + ε). Returns whether a group's
// mean is far from its shift.
DPT_INLINE bool statistics_of_groups(const dpt_group_norm_settings *p, const dpt_rows *r, const float *sums, long gap,
                                     const float *shift, float *mean, float *inverse) {
  const long width = r->columns / p->groups;
  const double count = (double)(r->positions * width);
  bool isFar = false;
  for (long group = 0; group < p->groups; group++) {
    const long first = group * width;
    double sum = 0, squares = 0;
    for (long c = first; c < first + width; c++) {
      sum += sums[c];
      squares += sums[gap + c];
    }
    const double offset = sum / count;
    double variance = squares / count - offset * offset;
    variance = variance > 0 ? variance : 0;
    isFar = isFar || offset * offset > DPT_NORM_FARNESS * (variance + (double)p->epsilon);
    const float center = (float)((double)shift[first] + offset);
    // A single value is its own mean, so its gradient is 0, which rounding would miss.
    const float scale = count > 1 ? (float)(1 / __builtin_sqrt(variance + (double)p->epsilon)) : 0;
    for (long c = first; c < first + width; c++) {
      mean[c] = center;
      inverse[c] = scale;
    }
  }
  return isFar;
}

// A row of zeros, for whole groups of lanes.
DPT_INLINE void clear_row(float *row, long padded) { memset(row, 0, (size_t)padded * sizeof(float)); }

static void group_norm(const dpt_row_pass *r, const dpt_group_norm_settings *p) {
  const long columns = r->columns, padded = padded_to_lanes(columns);
  float *sums = p->scratch, *factor = p->scratch + 2 * padded;
  for (long b = 0; b < p->batch; b++) {
    const dpt_rows x = rows_of_sample(p, b, r->x, r->xStride, columns);
    const dpt_rows y = rows_of_sample(p, b, r->y, r->yStride, columns);
    const element *inputs = x.base;
    element *outputs = (element *)y.base;
    float *mean = p->statistics + 2 * padded * b, *inverse = mean + padded;
    clear_row(mean, 2 * padded);
    if (x.positions == 0) continue;
    // The first shift is 0. If that is far from a group's mean, a second pass takes the mean of the first one.
    for (int pass = 0; pass < 2; pass++) {
      memcpy(factor, mean, (size_t)padded * sizeof(float));
      DPT_FOR_GROUPS(columns, moments_of_sample, &x, factor, sums, padded)
      if (!statistics_of_groups(p, &x, sums, padded, factor, mean, inverse)) break;
    }
    for (long j = 0; j < padded; j += DPT_LANES)
      store(factor + j, p->weight ? load(p->weight + j) * load(inverse + j) : load(inverse + j));
    for (long row = 0; row < x.positions; row++)
      for (long j = 0; j < columns; j += DPT_LANES) {
        const v16 centred = load(inputs + row * x.stride + j) - load(mean + j);
        const v16 bias = p->bias ? load(p->bias + j) : splat(0.0f);
        store(outputs + row * y.stride + j, fma16(centred, load(factor + j), bias));
      }
  }
}

// With n = (x − mean) / deviation, h = g ⊙ weight and means over a sample's group:
// dx = (h − mean h − n mean(h ⊙ n)) / deviation.
static void group_norm_gradient(const dpt_row_pass *r, const dpt_group_norm_settings *p, float *gradients) {
  const long columns = r->columns, padded = padded_to_lanes(columns), width = columns / p->groups;
  float *first = p->scratch, *second = p->scratch + padded;
  for (long b = 0; b < p->batch; b++) {
    const dpt_rows x = rows_of_sample(p, b, r->x, r->xStride, columns);
    const dpt_rows g = rows_of_sample(p, b, r->g, r->gStride, columns);
    float *sums = gradients + 2 * padded * b;
    clear_row(sums, 2 * padded);
    if (x.positions == 0) continue;
    const float *mean = p->statistics + 2 * padded * b, *inverse = mean + padded;
    const dpt_batch_norm_sums rows = {.x = x, .dy = g.base, .dyStride = g.stride, .mean = mean, .inverse = inverse};
    DPT_FOR_GROUPS(columns, gradients_of_sample, &rows, sums, padded)
    if (!r->y) continue;
    clear_row(first, 2 * padded);
    const double count = (double)(x.positions * width);
    for (long group = 0; group < p->groups; group++) {
      double sum = 0, products = 0;
      for (long c = group * width; c < (group + 1) * width; c++) {
        const double weight = p->weight ? (double)p->weight[c] : 1;
        sum += weight * (double)sums[c];
        products += weight * (double)sums[padded + c];
      }
      for (long c = group * width; c < (group + 1) * width; c++) {
        first[c] = (float)(sum / count);
        second[c] = (float)(products / count);
      }
    }
    const dpt_rows dx = rows_of_sample(p, b, r->y, r->yStride, columns);
    const element *inputs = x.base, *outputGradients = g.base;
    element *inputGradients = (element *)dx.base;
    for (long row = 0; row < x.positions; row++)
      for (long j = 0; j < columns; j += DPT_LANES) {
        const v16 scale = load(inverse + j);
        const v16 normal = (load(inputs + row * x.stride + j) - load(mean + j)) * scale;
        const v16 weight = p->weight ? load(p->weight + j) : splat(1.0f);
        const v16 h = fma16(load(outputGradients + row * g.stride + j), weight, -load(first + j));
        store(inputGradients + row * dx.stride + j, fma16(-normal, load(second + j), h) * scale);
      }
  }
}

#endif
