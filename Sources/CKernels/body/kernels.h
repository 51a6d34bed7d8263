// One variant of all kernels. Included by each file of variants/ after it has set the target, DPT_VARIANT (its name),
// DPT_TILE_ROWS, DPT_TILE_PANELS and DPT_EACH_HEIGHT (a case for each tile height).
#include "../table.h"
#include "activation.h"
#include "batch_norm.h"
#include "convolution.h"
#include "convolution_backward.h"
#include "elementary.h"
#include "embedding.h"
#include "flat.h"
#include "gemm.h"
#include "half.h"
#include "image.h"
#include "loss.h"
#include "normalization.h"
#include "optimizers.h"
#include "peak.h"
#include "pooling.h"
#include "recurrent_gated.h"
#include "recurrent_gru.h"
#include "recurrent_lstm.h"
#include "recurrent_rnn.h"
#include "weight_gradient_blocks.h"
#include "weights_product.h"

#define DPT_TABLE_(NAME) dpt_kernels_##NAME
#define DPT_TABLE(NAME) DPT_TABLE_(NAME)

const dpt_kernels DPT_TABLE(DPT_VARIANT) = {
    .multiply = multiply,
    .weights_product_scratch = weights_product_scratch,
    .multiply_weights = multiply_weights,
    .weight_gradient_scratch = weight_gradient_scratch,
    .weight_gradient = weight_gradient,
    .bias_gradient = bias_gradient,
    .convolve = convolve,
    .convolution_samples = convolution_samples,
    .convolution_backward_scratch = convolution_backward_scratch,
    .convolve_back = convolve_back,
    .max_pool = max_pool,
    .max_pool_back = max_pool_back,
    .average_pool = average_pool,
    .average_pool_back = average_pool_back,
    .batch_norm_moments = batch_norm_moments,
    .batch_norm_gradients = batch_norm_gradients,
    .scale_rows = scale_rows,
    .combine_rows = combine_rows,
    .relu_back = relu_back,
    .add_rows = add_rows,
    .lstm_forward = lstm_forward,
    .lstm_backward = lstm_backward,
    .rnn_forward = rnn_forward,
    .rnn_backward = rnn_backward,
    .gru_forward = gru_forward,
    .gru_backward = gru_backward,
    .gated_forward = gated_forward,
    .gated_backward = gated_backward,
    .exp = map_exp,
    .log = map_log,
    .tanh = map_tanh,
    .sigmoid = map_sigmoid,
    .erf = map_erf,
    .activation = activation,
    .activation_gradient = activation_gradient,
    .softmax_gradient = softmax_gradient,
    .dropout = dropout,
    .layer_norm = layer_norm,
    .layer_norm_gradient = layer_norm_gradient,
    .embedding_gradient = embedding_gradient,
    .cross_entropy = cross_entropy,
    .value_loss = value_loss,
    .softmax = softmax,
    .divide = divide,
    .scale = scale,
    .sum_of_squares = sum_of_squares,
    .add = add,
    .add_scaled = add_scaled,
    .approach = approach,
    .clamp = clamp,
    .round_halves = round_halves,
    .pack_halves = pack_halves,
    .unpack_halves = unpack_halves,
    .image_planes = image_planes,
    .image_pixels = image_pixels,
    .image_normalize = image_normalize,
    .weighted_rows = weighted_rows,
    .resample_row = resample_row,
    .adjust_colors = adjust_colors,
    .rotate = rotate,
    .sgd = sgd,
    .rmsprop = rmsprop,
    .adam = adam,
    .lamb_direction = lamb_direction,
    .lars = lars,
    .multiply_adds = multiply_adds,
};
