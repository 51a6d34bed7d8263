// One variant of all kernels. Included by each file of variants/ after it has set the target, DPT_VARIANT (its name),
// DPT_ROUNDED (whether values are bfloat16), DPT_PAIRED (whether an instruction adds products of pairs of these),
// DPT_TILE_ROWS, DPT_TILE_PANELS and DPT_EACH_HEIGHT (a case for each tile height).
#include "../table.h"
#include "activation.h"
#include "attention.h"
#include "batch_norm.h"
#include "convolution_algorithms.h"
#include "dropout.h"
#include "elementary.h"
#include "embedding.h"
#include "event_loss.h"
#include "flat.h"
#include "flat_values.h"
#include "gemm.h"
#include "group_norm.h"
#include "half.h"
#include "image.h"
#include "join.h"
#include "layer_norm.h"
#include "local_response_norm.h"
#include "loss.h"
#include "narrow_groups_backward.h"
#include "optimizers.h"
#include "peak.h"
#include "pooling.h"
#include "recurrent_gated.h"
#include "recurrent_gru.h"
#include "recurrent_lstm.h"
#include "recurrent_rnn.h"
#include "rms_norm.h"
#include "row_sums.h"
#include "softmax.h"
#include "upsample.h"
#include "weight_gradient_blocks.h"
#include "weights_product.h"

#define DPT_TABLE_(NAME) dpt_kernels_##NAME
#define DPT_TABLE(NAME) DPT_TABLE_(NAME)

const dpt_kernels DPT_TABLE(DPT_VARIANT) = {
#define DPT_KERNEL(RESULT, NAME, PARAMETERS, ARGUMENTS) .NAME = NAME,
#include "../include/kernels.h"
};
