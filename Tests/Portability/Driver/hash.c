// The running hash (FNV-1a over 32-bit words), and the loop over cases.
#include "driver.h"

static uint64_t hash;

static void hash_word(uint32_t word) { hash = (hash ^ word) * 0x100000001b3u; }

static void hash_float(float value) {
  uint32_t bits = 0x7fc00000;
  if (value == value) memcpy(&bits, &value, sizeof bits);
  hash_word(bits);
}

void hash_floats(const float *values, long count) {
  for (long i = 0; i < count; i++) hash_float(values[i]);
}

void hash_rows(const float *values, long rows, long columns, long stride) {
  for (long i = 0; i < rows; i++) hash_floats(values + i * stride, columns);
}

void hash_values_in(dpt_precision in, const void *values, long rows, long columns, long stride) {
  if (in == DPT_IN_FLOAT32) return hash_rows(values, rows, columns, stride);
  const char *row = values;
  for (long i = 0; i < rows; i++, row += stride * (long)sizeof(uint16_t))
    for (long k = 0; k < columns; k++) {
      uint16_t upper;
      memcpy(&upper, row + k * (long)sizeof upper, sizeof upper);
      const uint32_t bits = (uint32_t)upper << 16;
      float value;
      memcpy(&value, &bits, sizeof value);
      hash_float(value);
    }
}

void hash_values(const void *values, long rows, long columns, long stride) {
  hash_values_in(precision, values, rows, columns, stride);
}

void hash_words(const int32_t *values, long count) {
  for (long i = 0; i < count; i++) hash_word((uint32_t)values[i]);
}

void hash_bytes(const void *bytes, size_t count) {
  const unsigned char *from = bytes;
  for (size_t i = 0; i < count; i++) hash_word(from[i]);
}

void hash_double(double value) {
  uint64_t bits = 0x7ff8000000000000u;
  if (value == value) memcpy(&bits, &value, sizeof bits);
  hash_word((uint32_t)bits);
  hash_word((uint32_t)(bits >> 32));
}

// The kinds of numbers of successive cases, again and again.
static const number_kind kKinds[] = {DRAW_MODERATE, DRAW_TINY, DRAW_MODERATE, DRAW_MIXED, DRAW_TINY, DRAW_ANY};

void each_case(const char *name, long cases, void (*body)(void)) {
  start_numbers(name);
  hash = 0xcbf29ce484222325u;
  for (long i = 0; i < cases; i++) {
    choose_kind(kKinds[i % (long)(sizeof kKinds / sizeof kKinds[0])]);
    body();
    release_all();
  }
  printf("%s %s %ld %016llx\n", name, precision == DPT_IN_BFLOAT16 ? "bfloat16" : "float32", cases,
         (unsigned long long)hash);
  fflush(stdout);
}

void each_precision(const char *name, long cases, void (*body)(void)) {
  for (int in = DPT_IN_FLOAT32; in <= DPT_IN_BFLOAT16; in++) {
    precision = (dpt_precision)in;
    each_case(name, cases, body);
  }
  precision = DPT_IN_FLOAT32;
}
