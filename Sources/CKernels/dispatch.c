// Which variant runs: the fastest that the processor supports, unless one is chosen by name.
#include "table.h"
#include <string.h>

typedef struct {
  const char *name;
  const dpt_kernels *kernels;
} variant;

static const variant kVariants[] = {
#if defined(__x86_64__)
    {"avx512", &dpt_kernels_avx512},
    {"avx2", &dpt_kernels_avx2},
    {"baseline", &dpt_kernels_baseline},
#elif defined(__aarch64__)
    {"neon", &dpt_kernels_baseline},
#else
    {"baseline", &dpt_kernels_baseline},
#endif
};

enum { kVariantCount = sizeof kVariants / sizeof kVariants[0] };

static const variant *active;

int dpt_variant_count(void) { return kVariantCount; }

const char *dpt_variant_name(int index) { return kVariants[index].name; }

bool dpt_variant_supported(int index) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  if (kVariants[index].kernels == &dpt_kernels_avx2) return avx2;
  if (kVariants[index].kernels == &dpt_kernels_avx512)
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
#endif
  (void)index;
  return true;
}

bool dpt_select_variant(const char *name) {
  for (int i = 0; i < kVariantCount; i++)
    if (strcmp(kVariants[i].name, name) == 0 && dpt_variant_supported(i)) {
      __atomic_store_n(&active, &kVariants[i], __ATOMIC_RELEASE);
      return true;
    }
  return false;
}

static const variant *current(void) {
  const variant *chosen = __atomic_load_n(&active, __ATOMIC_ACQUIRE);
  if (chosen) return chosen;
  int i = 0;
  while (!dpt_variant_supported(i)) i++;
  // Two threads that meet here choose the same.
  __atomic_store_n(&active, &kVariants[i], __ATOMIC_RELEASE);
  return &kVariants[i];
}

const char *dpt_active_variant(void) { return current()->name; }

const char *dpt_compiler(void) { return __VERSION__; }

void dpt_multiply(const dpt_product *p) { current()->kernels->multiply(p); }
// The same on every instruction set.
size_t dpt_weights_product_scratch(long inner, long columns) {
  return current()->kernels->weights_product_scratch(inner, columns);
}
void dpt_multiply_weights(const dpt_weights_product *p) { current()->kernels->multiply_weights(p); }
size_t dpt_weight_gradient_scratch(long m, long n, long shards) {
  // The largest of all variants, so that a change of variant finds enough.
  size_t most = 0;
  for (int i = 0; i < kVariantCount; i++) {
    const size_t needs = kVariants[i].kernels->weight_gradient_scratch(m, n, shards);
    if (needs > most) most = needs;
  }
  return most;
}
void dpt_weight_gradient(const dpt_outer_product *p, const dpt_shard_program *shards) {
  current()->kernels->weight_gradient(p, shards);
}
void dpt_bias_gradient(const float *b, long bStride, long bOuter, long outer, long positions, long n, long group,
                       long groupValid, float *out, float *out2, long outNode, const dpt_shard_program *shards) {
  current()->kernels->bias_gradient(b, bStride, bOuter, outer, positions, n, group, groupValid, out, out2, outNode,
                                    shards);
}
void dpt_convolve(const dpt_convolution *g, const float *x, const float *packed, const float *bias, float *y,
                  bool relu) {
  current()->kernels->convolve(g, x, packed, bias, y, relu);
}
long dpt_convolution_samples(const dpt_convolution *g) { return current()->kernels->convolution_samples(g); }
size_t dpt_convolution_backward_scratch(const dpt_convolution *g, long shards, bool pooled) {
  // The largest of all variants, so that a change of variant finds enough.
  size_t most = 0;
  for (int i = 0; i < kVariantCount; i++) {
    const size_t needs = kVariants[i].kernels->convolution_backward_scratch(g, shards, pooled);
    if (needs > most) most = needs;
  }
  return most;
}
void dpt_convolve_back(const dpt_convolution_backward *p, const dpt_shard_program *shards) {
  current()->kernels->convolve_back(p, shards);
}
void dpt_max_pool(const dpt_convolution *g, const float *x, float *y, int8_t *taps, bool rectified) {
  current()->kernels->max_pool(g, x, y, taps, rectified);
}
void dpt_max_pool_back(const dpt_convolution *g, const float *dy, const int8_t *taps, float *dx) {
  current()->kernels->max_pool_back(g, dy, taps, dx);
}
void dpt_average_pool(const dpt_convolution *g, const float *x, float *y) { current()->kernels->average_pool(g, x, y); }
void dpt_average_pool_back(const dpt_convolution *g, const float *dy, float *dx) {
  current()->kernels->average_pool_back(g, dy, dx);
}
void dpt_batch_norm_moments(const dpt_rows *r, const float *shift, float *out, long gap, long outNode,
                            const dpt_shard_program *shards) {
  current()->kernels->batch_norm_moments(r, shift, out, gap, outNode, shards);
}
void dpt_batch_norm_gradients(const dpt_rows *r, const float *dy, long dyStride, const float *mean,
                              const float *inverse, float *out, long gap, long outNode,
                              const dpt_shard_program *shards) {
  current()->kernels->batch_norm_gradients(r, dy, dyStride, mean, inverse, out, gap, outNode, shards);
}
void dpt_scale_rows(const float *x, long xStride, float *y, long yStride, long rows, long columns, const float *mean,
                    const float *factor, const float *shift, bool relu) {
  current()->kernels->scale_rows(x, xStride, y, yStride, rows, columns, mean, factor, shift, relu);
}
void dpt_combine_rows(float *dy, long dyStride, const float *x, long xStride, long rows, long columns,
                      const float *mean, const float *a, const float *b, const float *c) {
  current()->kernels->combine_rows(dy, dyStride, x, xStride, rows, columns, mean, a, b, c);
}
void dpt_relu_back(const float *y, float *dy, long n) { current()->kernels->relu_back(y, dy, n); }
void dpt_add_rows(const float *a, const float *b, float *y, long n, bool relu) {
  current()->kernels->add_rows(a, b, y, n, relu);
}
void dpt_lstm_forward(const dpt_recurrence *r) { current()->kernels->lstm_forward(r); }
void dpt_lstm_backward(const dpt_recurrence *r) { current()->kernels->lstm_backward(r); }
void dpt_rnn_forward(const dpt_recurrence *r, bool relu) { current()->kernels->rnn_forward(r, relu); }
void dpt_rnn_backward(const dpt_recurrence *r, bool relu) { current()->kernels->rnn_backward(r, relu); }
void dpt_gru_forward(const dpt_recurrence *r) { current()->kernels->gru_forward(r); }
void dpt_gru_backward(const dpt_recurrence *r) { current()->kernels->gru_backward(r); }
void dpt_gated_forward(const dpt_recurrence *r) { current()->kernels->gated_forward(r); }
void dpt_gated_backward(const dpt_recurrence *r) { current()->kernels->gated_backward(r); }
void dpt_exp(const float *x, float *y, long n) { current()->kernels->exp(x, y, n); }
void dpt_log(const float *x, float *y, long n) { current()->kernels->log(x, y, n); }
void dpt_tanh(const float *x, float *y, long n) { current()->kernels->tanh(x, y, n); }
void dpt_sigmoid(const float *x, float *y, long n) { current()->kernels->sigmoid(x, y, n); }
void dpt_erf(const float *x, float *y, long n) { current()->kernels->erf(x, y, n); }
void dpt_activation(dpt_activation_kind kind, float parameter, const dpt_row_pass *r) {
  current()->kernels->activation(kind, parameter, r);
}
void dpt_activation_gradient(dpt_activation_kind kind, float parameter, const dpt_row_pass *r) {
  current()->kernels->activation_gradient(kind, parameter, r);
}
void dpt_softmax_gradient(const dpt_row_pass *r) { current()->kernels->softmax_gradient(r); }
void dpt_dropout(const dpt_row_pass *r, const dpt_dropout_mask *mask) { current()->kernels->dropout(r, mask); }
void dpt_layer_norm(const dpt_row_pass *r, const dpt_row_norm *p) { current()->kernels->layer_norm(r, p); }
void dpt_layer_norm_gradient(const dpt_row_pass *r, const dpt_row_norm *p, float *scaled, long scaledStride) {
  current()->kernels->layer_norm_gradient(r, p, scaled, scaledStride);
}
void dpt_embedding_gradient(const dpt_lookup *p, const dpt_shard_program *shards) {
  current()->kernels->embedding_gradient(p, shards);
}
void dpt_cross_entropy(const dpt_loss_pass *p, const dpt_class_targets *targets) {
  current()->kernels->cross_entropy(p, targets);
}
void dpt_value_loss(dpt_value_loss_kind kind, float parameter, const dpt_loss_pass *p, const float *targets,
                    long targetStride) {
  current()->kernels->value_loss(kind, parameter, p, targets, targetStride);
}
void dpt_softmax(const dpt_row_pass *r) { current()->kernels->softmax(r); }
void dpt_divide(const float *x, float *quotient, long n, float divisor) {
  current()->kernels->divide(x, quotient, n, divisor);
}
void dpt_scale(float *x, long n, float factor) { current()->kernels->scale(x, n, factor); }
double dpt_sum_of_squares(const float *x, long n) { return current()->kernels->sum_of_squares(x, n); }
void dpt_add(float *x, const float *y, long n) { current()->kernels->add(x, y, n); }
void dpt_add_scaled(float *x, const float *y, long n, float factor) {
  current()->kernels->add_scaled(x, y, n, factor);
}
void dpt_approach(float *x, const float *y, long n, float share) { current()->kernels->approach(x, y, n, share); }
void dpt_clamp(float *x, long n, float limit) { current()->kernels->clamp(x, n, limit); }
void dpt_round_halves(const float *x, float *residual, float *rounded, long n, dpt_half_format format) {
  current()->kernels->round_halves(x, residual, rounded, n, format);
}
void dpt_pack_halves(const float *x, uint16_t *packed, long n, dpt_half_format format) {
  current()->kernels->pack_halves(x, packed, n, format);
}
void dpt_unpack_halves(const uint16_t *packed, float *x, long n, dpt_half_format format) {
  current()->kernels->unpack_halves(packed, x, n, format);
}
void dpt_image_planes(const uint8_t *pixels, long n, float *r, float *g, float *b) {
  current()->kernels->image_planes(pixels, n, r, g, b);
}
void dpt_image_pixels(const float *r, const float *g, const float *b, long n, uint8_t *pixels) {
  current()->kernels->image_pixels(r, g, b, n, pixels);
}
void dpt_image_normalize(const float *r, const float *g, const float *b, long n, const float *mean,
                         const float *factor, float *out) {
  current()->kernels->image_normalize(r, g, b, n, mean, factor, out);
}
void dpt_weighted_rows(const float *const *rows, const float *weights, long taps, float *out, long n) {
  current()->kernels->weighted_rows(rows, weights, taps, out, n);
}
void dpt_resample_row(const float *row, const int32_t *first, const float *weights, long taps, float *out, long n) {
  current()->kernels->resample_row(row, first, weights, taps, out, n);
}
double dpt_adjust_colors(float *r, float *g, float *b, long n, const dpt_color_step *steps, long count) {
  return current()->kernels->adjust_colors(r, g, b, n, steps, count);
}
void dpt_rotate(const dpt_rotation *r) { current()->kernels->rotate(r); }
void dpt_sgd(float *w, const float *g, float *momentumBuffer, long n, double learningRate, double momentum,
             double weightDecay, bool nesterov, bool first) {
  current()->kernels->sgd(w, g, momentumBuffer, n, learningRate, momentum, weightDecay, nesterov, first);
}
void dpt_rmsprop(float *w, const float *g, float *v, float *mean, float *velocity, long n, const dpt_rmsprop_step *s) {
  current()->kernels->rmsprop(w, g, v, mean, velocity, n, s);
}
void dpt_adam(float *w, const float *g, float *m, float *v, long n, const dpt_adam_step *s, bool decoupled) {
  current()->kernels->adam(w, g, m, v, n, s, decoupled);
}
void dpt_lamb_direction(const float *w, const float *g, float *m, float *v, float *direction, long n,
                        const dpt_adam_step *s) {
  current()->kernels->lamb_direction(w, g, m, v, direction, n, s);
}
void dpt_lars(float *w, const float *g, float *velocity, long n, double rate, double momentum, double weightDecay) {
  current()->kernels->lars(w, g, velocity, n, rate, momentum, weightDecay);
}
double dpt_multiply_adds(long turns, float factor, float summand, float *result) {
  return current()->kernels->multiply_adds(turns, factor, summand, result);
}
