// The kernels of one instruction set.
#ifndef DPT_TABLE_H
#define DPT_TABLE_H

#include "include/CKernels.h"

typedef struct {
  void (*multiply)(const dpt_product *);
  size_t (*weights_product_scratch)(long, long);
  void (*multiply_weights)(const dpt_weights_product *);
  size_t (*weight_gradient_scratch)(long, long, long);
  void (*weight_gradient)(const dpt_outer_product *, const dpt_shard_program *);
  void (*bias_gradient)(const float *, long, long, long, long, long, long, long, float *, float *, long,
                        const dpt_shard_program *);
  void (*convolve)(const dpt_convolution *, const float *, const float *, const float *, float *, bool);
  long (*convolution_samples)(const dpt_convolution *);
  size_t (*convolution_backward_scratch)(const dpt_convolution *, long, bool);
  void (*convolve_back)(const dpt_convolution_backward *, const dpt_shard_program *);
  void (*max_pool)(const dpt_convolution *, const float *, float *, int8_t *, bool);
  void (*max_pool_back)(const dpt_convolution *, const float *, const int8_t *, float *);
  void (*average_pool)(const dpt_convolution *, const float *, float *);
  void (*average_pool_back)(const dpt_convolution *, const float *, float *);
  void (*batch_norm_moments)(const dpt_rows *, const float *, float *, long, long, const dpt_shard_program *);
  void (*batch_norm_gradients)(const dpt_rows *, const float *, long, const float *, const float *, float *, long, long,
                               const dpt_shard_program *);
  void (*scale_rows)(const float *, long, float *, long, long, long, const float *, const float *, const float *, bool);
  void (*combine_rows)(float *, long, const float *, long, long, long, const float *, const float *, const float *,
                       const float *);
  void (*relu_back)(const float *, float *, long);
  void (*add_rows)(const float *, const float *, float *, long, bool);
  void (*lstm_forward)(const dpt_recurrence *);
  void (*lstm_backward)(const dpt_recurrence *);
  void (*rnn_forward)(const dpt_recurrence *, bool);
  void (*rnn_backward)(const dpt_recurrence *, bool);
  void (*gru_forward)(const dpt_recurrence *);
  void (*gru_backward)(const dpt_recurrence *);
  void (*gated_forward)(const dpt_recurrence *);
  void (*gated_backward)(const dpt_recurrence *);
  void (*exp)(const float *, float *, long);
  void (*log)(const float *, float *, long);
  void (*tanh)(const float *, float *, long);
  void (*sigmoid)(const float *, float *, long);
  void (*erf)(const float *, float *, long);
  void (*activation)(dpt_activation_kind, float, const dpt_row_pass *);
  void (*activation_gradient)(dpt_activation_kind, float, const dpt_row_pass *);
  void (*softmax_gradient)(const dpt_row_pass *);
  void (*dropout)(const dpt_row_pass *, const dpt_dropout_mask *);
  void (*layer_norm)(const dpt_row_pass *, const dpt_row_norm *);
  void (*layer_norm_gradient)(const dpt_row_pass *, const dpt_row_norm *, float *, long);
  void (*embedding_gradient)(const dpt_lookup *, const dpt_shard_program *);
  void (*cross_entropy)(const dpt_loss_pass *, const dpt_class_targets *);
  void (*value_loss)(dpt_value_loss_kind, float, const dpt_loss_pass *, const float *, long);
  void (*softmax)(const dpt_row_pass *);
  void (*divide)(const float *, float *, long, float);
  void (*scale)(float *, long, float);
  double (*sum_of_squares)(const float *, long);
  void (*add)(float *, const float *, long);
  void (*add_scaled)(float *, const float *, long, float);
  void (*approach)(float *, const float *, long, float);
  void (*clamp)(float *, long, float);
  void (*round_halves)(const float *, float *, float *, long, dpt_half_format);
  void (*pack_halves)(const float *, uint16_t *, long, dpt_half_format);
  void (*unpack_halves)(const uint16_t *, float *, long, dpt_half_format);
  void (*image_planes)(const uint8_t *, long, float *, float *, float *);
  void (*image_pixels)(const float *, const float *, const float *, long, uint8_t *);
  void (*image_normalize)(const float *, const float *, const float *, long, const float *, const float *, float *);
  void (*weighted_rows)(const float *const *, const float *, long, float *, long);
  void (*resample_row)(const float *, const int32_t *, const float *, long, float *, long);
  double (*adjust_colors)(float *, float *, float *, long, const dpt_color_step *, long);
  void (*rotate)(const dpt_rotation *);
  void (*sgd)(float *, const float *, float *, long, double, double, double, bool, bool);
  void (*rmsprop)(float *, const float *, float *, float *, float *, long, const dpt_rmsprop_step *);
  void (*adam)(float *, const float *, float *, float *, long, const dpt_adam_step *, bool);
  void (*lamb_direction)(const float *, const float *, float *, float *, float *, long, const dpt_adam_step *);
  void (*lars)(float *, const float *, float *, long, double, double, double);
  double (*multiply_adds)(long, float, float, float *);
} dpt_kernels;

#if defined(__x86_64__)
extern const dpt_kernels dpt_kernels_avx512, dpt_kernels_avx2;
#endif
extern const dpt_kernels dpt_kernels_baseline;

#endif
