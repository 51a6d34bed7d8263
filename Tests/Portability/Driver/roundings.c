// Rounding to 16-bit formats, and rounded values as floats: on any numbers, and next to the borders of rounding. What only
// moves bits must give those of NaN, too.
#include "driver.h"

enum { kNumbers = 1 << 16 };

// Any floats; floats next to the middle of two bfloat16; and next to the smallest and the largest numbers.
static float *draw_patterns(long count) {
  static const uint32_t kBorders[] = {0, 0x00800000u, 0x007f8000u, 0x7f7f8000u, 0x7f800000u, 0x7f808000u, 0x33800000u};
  float *x = random_floats(count, 4);
  for (long i = 0; i < count; i++) {
    const uint32_t word = (uint32_t)(draw_word() >> 32), near = (uint32_t)draw(0, 4) - 2;
    uint32_t bits = word;
    switch (draw(0, 3)) {
      case 0: continue;
      case 1: bits = (word & 0xffff8000u) + near; break;
      case 2: bits = kBorders[draw(0, 6)] + near + (word & 0x80000000u); break;
    }
    memcpy(x + i, &bits, sizeof bits);
  }
  return x;
}

// Rows of floats as values, and back.
static void conversions(void) {
  const long columns = draw(1, 300), rows = kNumbers / columns, xStride = columns + draw(0, 20);
  const long width = PADDED(columns), yStride = width + 16 * draw(0, 1);
  float *x = draw_patterns(rows * xStride), *back = floats(rows * yStride);
  void *y = values(rows * yStride);
  dpt_values_of_floats(precision, x, xStride, y, yStride, rows, columns);
  dpt_floats_of_values(precision, y, yStride, back, yStride, rows, columns);
  // Whole groups are written.
  for (long i = 0; i < rows; i++) {
    const char *row = value_at(y, i * yStride), *end = value_at(y, i * yStride + width);
    hash_bytes(row, (size_t)(end - row));
    hash_words((const int32_t *)(back + i * yStride), width);
  }
}

static void rounded_floats(void) {
  const long n = kNumbers - draw(0, 15);
  float *x = draw_patterns(n);
  dpt_round_floats(x, n);
  hash_words((const int32_t *)x, n);
}

// Panels that a product takes depend on the instruction set: each is multiplied with rows of one 1 and zeros.
static void rounded_panels(void) {
  const long columns = draw(1, 64), segments = draw(1, 3), length = draw(1, 40), inner = segments * length;
  float *packed = scratch(dpt_packed_count(inner, columns)), *weights = draw_patterns(inner * columns);
  // An infinite number times 0 would be NaN.
  for (long i = 0; i < inner * columns; i++) {
    uint32_t bits;
    memcpy(&bits, weights + i, sizeof bits);
    if ((bits & 0x7fffffffu) >= 0x7f7f8000u) weights[i] = 1;
  }
  dpt_pack(weights, inner, columns, columns, packed);
  dpt_round_panels(precision, packed, PADDED(columns) / DPT_LANES, segments, length);
  void *a = values(inner * inner);
  for (long i = 0; i < inner; i++) set_value(a, i * inner + i, 1);
  dpt_product p = {
      .precision = precision, .a = a, .aStride = inner, .segments = segments, .segmentLength = length,
      .segmentStride = length, .b = packed, .c = values(inner * PADDED(columns)), .cStride = PADDED(columns), .rows = inner,
      .columns = columns, .scratch = scratch(dpt_product_scratch(precision, inner, segments * (length + length % 2))),
  };
  dpt_multiply(&p);
  hash_values(p.c, inner, columns, p.cStride);
}

// Rounding with residuals, and packing.
static void halves(void) {
  for (int format = DPT_BFLOAT16; format <= DPT_FLOAT16; format++) {
    const long n = 4096 - draw(0, 15);
    const float *x = draw_patterns(n);
    float *residual = random_floats(n, 0.01f), *rounded = floats(n), *unpacked = floats(n);
    uint16_t *packed = memory((size_t)n * sizeof *packed);
    dpt_round_halves(x, residual, rounded, n, (dpt_half_format)format);
    dpt_pack_halves(rounded, packed, n, (dpt_half_format)format);
    dpt_unpack_halves(packed, unpacked, n, (dpt_half_format)format);
    hash_floats(residual, n);
    hash_floats(rounded, n);
    hash_bytes(packed, (size_t)n * sizeof *packed);
    hash_floats(unpacked, n);
  }
}

void rounding_cases(void) {
  each_precision("conversions", 60, conversions);
  each_case("rounded-floats", 60, rounded_floats);
  each_precision("rounded-panels", 300, rounded_panels);
  each_case("halves", 120, halves);
}
