// Measures the elementary functions of the kernels against the C library's in long double; see elementary.sh.
#include "CKernels.h"
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kBlock = 4096 };

typedef struct {
  const char *name;
  void (*kernel)(const float *, float *, long);
  long double (*reference)(long double);
} function;

static long double sigmoid(long double x) {
  return x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x));
}

static const function kFunctions[] = {
    {"exp", dpt_map_exp, expl},         {"log", dpt_map_log, logl}, {"tanh", dpt_map_tanh, tanhl},
    {"sigmoid", dpt_map_sigmoid, sigmoid}, {"erf", dpt_map_erf, erfl},
};

static float from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// The distance of the two floats next to `exact`; below 2^-126 that of the subnormal ones.
static long double unit(long double exact) {
  int exponent;
  frexpl(exact, &exponent);
  if (exact == 0 || exponent < -125) exponent = -125;
  if (exponent > 128) exponent = 128;
  return ldexpl(1, exponent - 24);
}

// The error in units in the last place; infinity counts as 2^128, the next number if there were one. Negative if `y` is
// NaN or infinite and should not be, or is not and should be.
static long double error(float y, long double exact) {
  if (isnan(exact)) return isnan(y) ? 0 : -1;
  if (isnan(y)) return -1;
  if (isinf(exact) || (isinf(y) && !isnormal(exact))) return y == exact ? 0 : -1;
  const long double wanted = fabsl(exact) > 0x1p128L ? copysignl(0x1p128L, exact) : exact;
  const long double given = isinf(y) ? copysignl(0x1p128L, y) : y;
  return fabsl(given - wanted) / unit(wanted);
}

typedef struct {
  uint64_t values, rounded, wrong;
  long double worst;
  float at;
} tally;

static void measure(const function *f, const float *x, long n, tally *t) {
  float y[kBlock];
  f->kernel(x, y, n);
  for (long i = 0; i < n; i++) {
    const long double exact = f->reference(x[i]), e = error(y[i], exact);
    t->values++;
    if (e < 0) {
      if (t->wrong++ < 10) printf("%s(%a) is %a, but should be %La\n", f->name, x[i], y[i], exact);
    }
    if (y[i] == (float)exact || (isnan(y[i]) && isnan(exact))) t->rounded++;
    if (e > t->worst) {
      t->worst = e;
      t->at = x[i];
    }
  }
}

// Both signs of the exponents from `first` to `last`, each with `mantissas` values: the first, the last, and others between.
// All are 2^23.
static tally measure_all(const function *f, uint32_t mantissas, uint32_t first, uint32_t last) {
  tally t = {0};
  float x[kBlock];
  long filled = 0;
  for (uint32_t top = 0; top < 512; top++)
    for (uint32_t k = 0; k < mantissas && (top & 255) >= first && (top & 255) <= last; k++) {
      // If not all are taken, each exponent has other ones.
      const uint32_t step = (1u << 23) / mantissas;
      uint32_t mantissa = k * step + (step > 1 ? top * 2654435761u % step : 0);
      if (k == 0) mantissa = 0;
      if (k == mantissas - 1) mantissa = (1u << 23) - 1;
      x[filled++] = from_bits(top << 23 | mantissa);
      if (filled == kBlock) {
        measure(f, x, filled, &t);
        filled = 0;
      }
    }
  measure(f, x, filled, &t);
  return t;
}

// MARK: Special values

typedef struct {
  int function;
  const char *input;
  float x, wanted;
} special;

static const special kSpecials[] = {
    {0, "0", 0, 1},
    {0, "−0", -0.0f, 1},
    {0, "∞", INFINITY, INFINITY},
    {0, "−∞", -INFINITY, 0},
    {0, "the largest with a finite result", 0x1.62e42ep6f, 0x1.ffff08p127f},
    {0, "the next", 0x1.62e430p6f, INFINITY},
    {0, "the lowest with a result above 0", -0x1.9fe368p6f, 0x1p-149f},
    {0, "the next", -0x1.9fe36ap6f, 0},
    {0, "the smallest subnormal", 0x1p-149f, 1},
    {0, "NaN", NAN, NAN},
    {1, "0", 0, -INFINITY},
    {1, "−0", -0.0f, -INFINITY},
    {1, "1", 1, 0},
    {1, "∞", INFINITY, INFINITY},
    {1, "−1", -1, NAN},
    {1, "−∞", -INFINITY, NAN},
    {1, "the smallest subnormal", 0x1p-149f, -0x1.9d1da0p6f},
    {1, "the negative of it", -0x1p-149f, NAN},
    {1, "the largest number", 0x1.fffffep127f, 0x1.62e430p6f},
    {1, "NaN", NAN, NAN},
    {2, "0", 0, 0},
    {2, "−0", -0.0f, -0.0f},
    {2, "∞", INFINITY, 1},
    {2, "−∞", -INFINITY, -1},
    {2, "the smallest subnormal", 0x1p-149f, 0x1p-149f},
    {2, "NaN", NAN, NAN},
    {3, "0", 0, 0.5f},
    {3, "−0", -0.0f, 0.5f},
    {3, "∞", INFINITY, 1},
    {3, "−∞", -INFINITY, 0},
    {3, "the lowest with a result above 0", -0x1.9fe368p6f, 0x1p-149f},
    {3, "the next", -0x1.9fe36ap6f, 0},
    {3, "NaN", NAN, NAN},
    {4, "0", 0, 0},
    {4, "−0", -0.0f, -0.0f},
    {4, "∞", INFINITY, 1},
    {4, "−∞", -INFINITY, -1},
    {4, "the smallest subnormal", 0x1p-149f, 0x1.2p-149f},
    {4, "NaN", NAN, NAN},
};

static bool is_same(float a, float b) { return (isnan(a) && isnan(b)) || !memcmp(&a, &b, sizeof a); }

int main(int count, char **arguments) {
  const long mantissas = count > 1 ? atol(arguments[1]) : 8192;
  if (mantissas < 2 || mantissas > 1 << 23 || (mantissas & (mantissas - 1))) {
    fprintf(stderr, "the number of mantissas must be a power of two from 2 to 8388608\n");
    return 64;
  }
  // Exponent −127 stands for zero and the subnormal numbers, 128 for infinity and NaN.
  const long first = count > 3 ? atol(arguments[2]) : -127, last = count > 3 ? atol(arguments[3]) : 128;
  if (first < -127 || last > 128 || first > last) {
    fprintf(stderr, "the exponents must be from -127 to 128\n");
    return 64;
  }
  int status = 0;
  printf("| function | values | largest error, ulp | at | correctly rounded |\n|---|---|---|---|---|\n");
  for (size_t i = 0; i < sizeof kFunctions / sizeof *kFunctions; i++) {
    const tally t = measure_all(&kFunctions[i], (uint32_t)mantissas, (uint32_t)(first + 127), (uint32_t)(last + 127));
    printf("| %s | %llu | %.3Lf | %.9g | %.2f %% |\n", kFunctions[i].name, (unsigned long long)t.values, t.worst, t.at,
           100.0 * (double)t.rounded / (double)t.values);
    fflush(stdout);
    if (t.wrong || t.worst > 2) status = 1;
  }
  printf("\n| function | of | is |\n|---|---|---|\n");
  for (size_t i = 0; i < sizeof kSpecials / sizeof *kSpecials; i++) {
    const special *s = &kSpecials[i];
    float y;
    kFunctions[s->function].kernel(&s->x, &y, 1);
    const bool same = is_same(y, s->wanted);
    printf("| %s | %s", kFunctions[s->function].name, s->input);
    if (s->input[0] == 't') printf(", %.9g", s->x);
    if (isnan(y)) printf(" | NaN%s |\n", same ? "" : " **wrong**");
    else printf(" | %.9g%s |\n", y, same ? "" : " **wrong**");
    if (!same) {
      fprintf(stderr, "%s(%.9g) should be %.9g\n", kFunctions[s->function].name, s->x, s->wanted);
      status = 1;
    }
  }
  return status;
}
