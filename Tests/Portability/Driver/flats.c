// Elementary functions, and passes over flat vectors.
#include "driver.h"

enum { kMany = 4096 };

// Half of the values are any floats; for the other half the functions are not constant.
static float *draw_arguments(float size) {
  float *x = random_floats(kMany, size);
  for (long i = 0; i < kMany; i += 2) x[i] = draw_any_float();
  return x;
}

static void map(void (*function)(const float *, float *, long), float size) {
  float *y = floats(kMany);
  function(draw_arguments(size), y, kMany - draw(0, 15));
  hash_floats(y, kMany);
}

static void exponential(void) { map(dpt_map_exp, 110); }
static void logarithm(void) { map(dpt_map_log, 4); }
static void hyperbolic_tangent(void) { map(dpt_map_tanh, 12); }
static void logistic(void) { map(dpt_map_sigmoid, 20); }
static void error_function(void) { map(dpt_map_erf, 5); }

static void flat(void) {
  const long n = draw(1, 3000);
  float *x = random_floats(n, 4), *y = random_floats(n, 4);
  dpt_divide(x, x, n, draw_float(10));
  dpt_scale(x, n, draw_float(10));
  dpt_add(x, y, x, n);
  dpt_add_scaled(x, y, n, draw_float(2));
  dpt_approach(x, y, n, draw_float(1));
  hash_floats(x, n);
  hash_double(dpt_sum_of_squares(x, n));
  dpt_clamp(x, n, 0.5f);
  hash_floats(x, n);
}

// Sums and the ReLU of activations.
static void flat_values(void) {
  const long n = draw(1, 3000);
  void *x = random_values(n, 4), *y = random_values(n, 4), *sum = values(n), *copy = draw_bool() ? values(n) : NULL;
  dpt_add_values(precision, x, y, sum, n, draw_bool());
  hash_values(sum, 1, n, n);
  dpt_relu_back(precision, x, y, copy, n);
  hash_values(y, 1, n, n);
  if (copy) hash_values(copy, 1, n, n);
}

void flat_cases(void) {
  each_case("exp", 60, exponential);
  each_case("log", 60, logarithm);
  each_case("tanh", 60, hyperbolic_tangent);
  each_case("sigmoid", 60, logistic);
  each_case("erf", 60, error_function);
  each_case("flat", 200, flat);
  each_precision("flat-values", 200, flat_values);
}
