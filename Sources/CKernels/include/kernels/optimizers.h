// Structs of the kernels of optimizers.
#ifndef DPT_KERNELS_OPTIMIZERS_H
#define DPT_KERNELS_OPTIMIZERS_H

#include <stdbool.h>

/// The numbers of one SGD step.
typedef struct {
  double learningRate, momentum, weightDecay;
  /// Whether to use Nesterov momentum, and whether this is the first step, which starts the velocity.
  bool nesterov, first;
} dpt_sgd_step;

/// The numbers of one RMSprop step.
typedef struct {
  double learningRate, alpha, epsilon, weightDecay, momentum;
} dpt_rmsprop_step;

/// The numbers of step t of Adam, AdamW or LAMB.
typedef struct {
  double learningRate, beta1, beta2;
  /// 1 − beta1^t and 1 − beta2^t.
  double correction1, correction2;
  double epsilon, weightDecay;
} dpt_adam_step;

#endif
