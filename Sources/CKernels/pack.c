// Packs weights into panels of 16 columns, as the micro-kernel reads them.
#include "include/CKernels.h"
#include <string.h>

static long panel_count(long columns) { return (columns + DPT_LANES - 1) / DPT_LANES; }

size_t dpt_packed_count(long inner, long columns) {
  return (size_t)(panel_count(columns) * inner * DPT_LANES);
}

void dpt_pack_transposed(const float *w, long outputs, long inner, long stride, float *packed) {
  for (long p = 0; p < panel_count(outputs); p++, packed += inner * DPT_LANES)
    for (long j = 0; j < DPT_LANES; j++) {
      const long column = p * DPT_LANES + j;
      if (column < outputs)
        for (long k = 0; k < inner; k++) packed[k * DPT_LANES + j] = w[column * stride + k];
      else
        for (long k = 0; k < inner; k++) packed[k * DPT_LANES + j] = 0;
    }
}

void dpt_pack(const float *w, long inner, long outputs, long stride, float *packed) {
  for (long p = 0; p < panel_count(outputs); p++) {
    const long valid = outputs - p * DPT_LANES < DPT_LANES ? outputs - p * DPT_LANES : DPT_LANES;
    for (long k = 0; k < inner; k++, packed += DPT_LANES) {
      memcpy(packed, w + k * stride + p * DPT_LANES, (size_t)valid * sizeof(float));
      memset(packed + valid, 0, (size_t)(DPT_LANES - valid) * sizeof(float));
    }
  }
}

void dpt_pack_taps(const float *w, long outputs, long taps, long channels, long wStride, float *packed) {
  for (long p = 0; p < panel_count(channels); p++) {
    const long valid = channels - p * DPT_LANES < DPT_LANES ? channels - p * DPT_LANES : DPT_LANES;
    for (long tap = 0; tap < taps; tap++)
      for (long o = 0; o < outputs; o++, packed += DPT_LANES) {
        memcpy(packed, w + o * wStride + tap * channels + p * DPT_LANES, (size_t)valid * sizeof(float));
        memset(packed + valid, 0, (size_t)(DPT_LANES - valid) * sizeof(float));
      }
  }
}

void dpt_pack_narrow_groups_back(const float *w, long channels, long taps, long width, float *packed) {
  for (long p = 0; p < panel_count(channels); p++)
    for (long tap = 0; tap < taps; tap++)
      for (long o = 0; o < width; o++, packed += DPT_LANES)
        for (long j = 0; j < DPT_LANES; j++) {
          const long c = p * DPT_LANES + j, first = c - c % width;
          packed[j] = c < channels ? w[((first + o) * taps + tap) * width + c % width] : 0;
        }
}
