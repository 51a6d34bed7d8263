// Every kernel, once: DPT_KERNEL(RESULT, NAME, PARAMETERS, ARGUMENTS) is the function `RESULT dpt_NAME PARAMETERS`.
//
// This file is included to make each kernel's prototype (CKernels.h), its entry in the table of an instruction set (table.h,
// body/variant.h), and its call through the active table (dispatch.c). A new kernel is a line here and a static function
// NAME in a file of body/; arguments beyond a few are a struct in kernels/. ARGUMENTS repeats the parameters' names for
// the call.
//
// DPT_VALUES is a kernel of activations or their gradients, which there is once for each precision; PRECISION says which
// one to call. DPT_VALUES_SCRATCH is a scratch kernel of these.
//
// DPT_SCRATCH is a kernel that returns how many floats of scratch another one needs: the maximum over all instruction sets
// that the processor has, so that a change of the set finds enough.
#ifndef DPT_SCRATCH
#define DPT_SCRATCH(NAME, PARAMETERS, ARGUMENTS) DPT_KERNEL(size_t, NAME, PARAMETERS, ARGUMENTS)
#endif
#ifndef DPT_VALUES
#define DPT_VALUES(RESULT, NAME, PARAMETERS, ARGUMENTS, PRECISION) DPT_KERNEL(RESULT, NAME, PARAMETERS, ARGUMENTS)
#endif
#ifndef DPT_VALUES_SCRATCH
#define DPT_VALUES_SCRATCH(NAME, PARAMETERS, ARGUMENTS, PRECISION) DPT_SCRATCH(NAME, PARAMETERS, ARGUMENTS)
#endif

// MARK: Matrix products (body/gemm.h, body/weights_product.h, body/weight_gradient.h, body/weight_gradient_blocks.h)

/// C = start + A · B.
DPT_VALUES(void, multiply, (const dpt_product *p), (p), p->precision)
/// C = bias + A · B with unpacked weights.
DPT_VALUES(void, multiply_weights, (const dpt_weights_product *p), (p), p->precision)
/// Floats of scratch that `dpt_multiply_weights` needs.
DPT_VALUES_SCRATCH(weights_product_scratch, (dpt_precision precision, long rows, long inner, long columns),
                   (precision, rows, inner, columns), precision)
/// Floats of scratch that `dpt_multiply` needs for `rows` rows of length `inner`, each segment rounded up to even.
DPT_VALUES_SCRATCH(product_scratch, (dpt_precision precision, long rows, long inner), (precision, rows, inner), precision)
/// Rounds packed panels, and lays them out as the products of a precision take them: `panels` panels of 16 columns, whose
/// inner length is `segments` segments of `length`.
DPT_VALUES(void, round_panels, (dpt_precision precision, float *packed, long panels, long segments, long length),
           (precision, packed, panels, segments, length), precision)
/// The product of each shard's rows, added in the tree.
DPT_VALUES(void, weight_gradient, (const dpt_outer_product *p, const dpt_shard_program *shards), (p, shards), p->precision)
/// Floats of scratch with which `dpt_weight_gradient` runs fastest, for m × n results and `shards` shards.
DPT_VALUES_SCRATCH(weight_gradient_scratch, (dpt_precision precision, long m, long n, long shards),
                   (precision, m, n, shards), precision)
/// Products and sums of columns of the same rows, to the bits of one after the other. All products have the same scratch;
/// columns of b start whole groups of 16 apart.
DPT_VALUES(void, weight_gradients,
           (const dpt_outer_product *products, long productCount, const dpt_row_sums *sums, long sumCount,
            const dpt_shard_program *shards),
           (products, productCount, sums, sumCount, shards), products->precision)
/// Floats of scratch with which `dpt_weight_gradients` runs fastest, for m1 and m2 columns of two matrices a and n columns of
/// b in all; 0 if the products are so small that they are as fast alone.
DPT_VALUES_SCRATCH(weight_gradients_scratch, (dpt_precision precision, long m1, long m2, long n, long shards),
                   (precision, m1, m2, n, shards), precision)
/// The sum of each shard's rows, added in the tree: the gradient of a bias, or the sums of a loss's records.
DPT_VALUES(void, sum_rows, (const dpt_row_sums *p, const dpt_shard_program *shards), (p, shards), p->precision)

// MARK: Convolution (body/convolution_algorithms.h): directly (body/convolution.h, body/convolution_gradient.h,
// body/convolution_backward.h) or by Winograd's tiles (body/winograd.h, body/winograd_backward.h); narrow groups
// at once (body/narrow_groups.h)

/// Packs w[o][kh][kw][c] for the forward pass: `dpt_convolution_packed` floats.
DPT_VALUES(void, pack_convolution, (const dpt_convolution *g, const float *w, float *packed), (g, w, packed), g->precision)
DPT_VALUES(size_t, convolution_packed, (const dpt_convolution *g), (g), g->precision)
/// Packs w[o][kh][kw][c] for the inputs' gradients: `dpt_convolution_packed_back` floats.
DPT_VALUES(void, pack_convolution_back, (const dpt_convolution *g, const float *w, float *packed), (g, w, packed), g->precision)
DPT_VALUES(size_t, convolution_packed_back, (const dpt_convolution *g), (g), g->precision)
/// Forward: `bias` is padded to panels, or NULL. With `relu`, negative outputs become 0.
DPT_VALUES(void, convolve,
           (const dpt_convolution *g, const void *x, const float *packed, const float *bias, void *y, bool relu,
            float *scratch),
           (g, x, packed, bias, y, relu, scratch), g->precision)
/// Floats of scratch that `dpt_convolve` needs.
DPT_VALUES_SCRATCH(convolution_scratch, (const dpt_convolution *g), (g), g->precision)
/// The transposed convolution of x to y: x lies where the convolution's y does, and y where its x does. `packed` is the weight
/// as `dpt_pack_convolution_back` packs it, `bias` has a value for each of its channels, padded to panels, or is NULL.
/// Without a tile, and not of sequences of different lengths. `scratch` is `dpt_transposed_scratch` floats.
DPT_VALUES(void, convolve_transposed,
           (const dpt_convolution *g, const void *x, const float *packed, const float *bias, void *y, float *scratch),
           (g, x, packed, bias, y, scratch), g->precision)
/// Floats of scratch that `dpt_convolve_transposed` needs.
DPT_VALUES_SCRATCH(transposed_scratch, (const dpt_convolution *g), (g), g->precision)
/// The fewest samples that `dpt_convolve` is as fast for as for many.
DPT_VALUES(long, convolution_samples, (const dpt_convolution *g), (g), g->precision)
/// The gradients of the weights, the biases and the inputs for all samples of the shards.
DPT_VALUES(void, convolve_back, (const dpt_convolution_backward *p, const dpt_shard_program *shards), (p, shards), p->convolution.precision)
/// Whether `dpt_convolve_back` changes dy, if there is no ReLU behind the convolution.
DPT_VALUES(bool, convolution_changes_gradients, (const dpt_convolution *g, dpt_follower follower), (g, follower), g->precision)
/// Floats of scratch that `dpt_convolve_back` needs for a program of `shards` shards.
DPT_VALUES_SCRATCH(convolution_backward_scratch, (const dpt_convolution *g, long shards, dpt_follower follower),
            (g, shards, follower), g->precision)

/// `dpt_convolve` for all groups at once of a convolution with as many outputs as channels in each group: `width`, which is
/// 1, 2, 4 or 8. `g` counts the channels of all groups, and whole panels may be written behind them; `packed` is the weight
/// packed transposed (inner kh, kw, c of the group), for bfloat16 then rounded by `dpt_round_floats`; `scratch` is
/// `dpt_narrow_groups_scratch` floats. Sums are ascending chains of float32 in each precision.
DPT_VALUES(void, convolve_narrow_groups,
           (const dpt_convolution *g, long width, const void *x, const float *packed, const float *bias, void *y,
            bool relu, float *scratch),
           (g, width, x, packed, bias, y, relu, scratch), g->precision)
/// Floats of scratch that `dpt_convolve_narrow_groups` needs.
DPT_VALUES_SCRATCH(narrow_groups_scratch, (const dpt_convolution *g), (g), g->precision)
/// `dpt_convolve_back` for all such groups at once, without pooling; dy stays as it is. `packed` is the weight as
/// `dpt_pack_narrow_groups_back` packs it, for bfloat16 then rounded; `scratch` is `dpt_narrow_groups_backward_scratch` floats.
/// Sequences take no `rectified`.
DPT_VALUES(void, convolve_narrow_groups_back,
           (const dpt_convolution_backward *p, long width, const dpt_shard_program *shards), (p, width, shards), p->convolution.precision)
/// Floats of scratch that `dpt_convolve_narrow_groups_back` needs; `changes` with `rectified` or `norm`.
DPT_VALUES_SCRATCH(narrow_groups_backward_scratch, (const dpt_convolution *g, long width, long shards, bool changes),
            (g, width, shards, changes), g->precision)

// MARK: Pooling (body/pooling.h); a window is a convolution's, `outputs` being `channels`

/// The largest value of each window, and its tap; taps lie in rows of whole groups, as many as y has. With `rectified`, x
/// are outputs of a ReLU: a value that is not positive has the tap −1, which gets no gradient.
DPT_VALUES(void, max_pool, (const dpt_convolution *g, const void *x, void *y, int8_t *taps, bool rectified),
           (g, x, y, taps, rectified), g->precision)
/// dx from dy: each window's gradient goes to its tap.
DPT_VALUES(void, max_pool_back, (const dpt_convolution *g, const void *dy, const int8_t *taps, void *dx),
           (g, dy, taps, dx), g->precision)
/// The largest value of each channel over all pixels, and its pixel (at the same place as in y), whatever the window is.
DPT_VALUES(void, global_max_pool, (const dpt_convolution *g, const void *x, void *y, int32_t *pixels),
           (g, x, y, pixels), g->precision)
/// dx from dy: the gradient goes to that pixel.
DPT_VALUES(void, global_max_pool_back,
           (const dpt_convolution *g, const void *dy, const int32_t *pixels, void *dx), (g, dy, pixels, dx), g->precision)
/// The mean of each window; the padding has zeros.
DPT_VALUES(void, average_pool, (const dpt_convolution *g, dpt_average average, const void *x, void *y),
           (g, average, x, y), g->precision)
/// dx from dy: each window's gradient goes to its pixels in equal parts.
DPT_VALUES(void, average_pool_back, (const dpt_convolution *g, dpt_average average, const void *dy, void *dx),
           (g, average, dy, dx), g->precision)

// MARK: Layers side by side (body/join.h)

/// y = a + b; whole groups of 16 columns are written.
DPT_VALUES(void, join_add, (const dpt_join *p), (p), p->precision)
/// y = a · b, value by value; whole groups of 16 columns are written.
DPT_VALUES(void, join_multiply, (const dpt_join *p), (p), p->precision)
/// y = a; `copied` columns are written, and nothing behind them.
DPT_VALUES(void, join_copy, (const dpt_join *p), (p), p->precision)
/// Each sample's Σ a, or Σ a · b unless b is NULL, over its rows: a row of y, in whole groups of 16 columns.
DPT_VALUES(void, join_sums, (const dpt_join *p), (p), p->precision)

// MARK: Upsampling (body/upsample.h)

/// y from x.
DPT_VALUES(void, upsample, (const dpt_upsampling *g, const void *x, void *y), (g, x, y), g->precision)
/// dx from dy.
DPT_VALUES(void, upsample_back, (const dpt_upsampling *g, const void *dy, void *dx), (g, dy, dx), g->precision)

// MARK: Batch normalization (body/batch_norm.h)

/// Adds the rows of the samples up to `end` that have not been gone through to the sums of their shards, two rows of `gap`
/// floats each: Σ (x − shift), then Σ (x − shift)²; whole groups of 16. If `end` lies within a shard, its last samples are left
/// for the next call as far as they make no whole block of DPT_ROW_BLOCK rows; so the bits are those of one call. That needs
/// `outer` 1.
DPT_VALUES(void, batch_norm_moments,
           (const dpt_rows *r, const float *shift, float *sums, long gap, const dpt_shard_program *shards,
            dpt_shard_progress *progress, long end),
           (r, shift, sums, gap, shards, progress, end), r->precision)
/// Adds to the sums of the backward pass likewise: Σ dy, then Σ dy · (x − mean) · inverse.
DPT_VALUES(void, batch_norm_gradients,
           (const dpt_batch_norm_sums *p, float *sums, long gap, const dpt_shard_program *shards,
            dpt_shard_progress *progress, long end),
           (p, sums, gap, shards, progress, end), p->x.precision)
/// y = (x − mean) · factor + shift by channel; with `relu`, negative values become 0.
DPT_VALUES(void, scale_rows,
           (const dpt_row_pass *r, const float *mean, const float *factor, const float *shift, bool relu),
           (r, mean, factor, shift, relu), r->precision)
/// y = a · (g − c + b · (x − mean)) by channel; y may be g.
DPT_VALUES(void, combine_rows, (const dpt_row_pass *r, const dpt_norm_gradient *p), (r, p), r->precision)

// MARK: Group normalization (body/group_norm.h)

/// y = (x − mean) / √(variance + ε) ⊙ weight + bias, mean and (biased) variance over the rows and channels of each sample's group.
DPT_VALUES(void, group_norm, (const dpt_row_pass *r, const dpt_group_norm_settings *p), (r, p), r->precision)
/// The gradient of x to y (unless NULL), and to `gradients` two rows for each sample, padded to whole groups of 16: the sums over
/// its rows of g, and of g · (x − mean) / deviation. Their sums over samples are the gradients of bias and weight.
DPT_VALUES(void, group_norm_gradient, (const dpt_row_pass *r, const dpt_group_norm_settings *p, float *gradients),
           (r, p, gradients), r->precision)

// MARK: Recurrent layers (body/recurrent.h, body/recurrent_ragged.h): all steps of dpt_recurrence, forwards or backwards

/// Floats of scratch, with `groups` groups of `padded` lanes in a row of the gates; more if sequences differ in length.
DPT_VALUES_SCRATCH(recurrent_scratch, (dpt_precision precision, long inputs, long padded, long groups, bool isRagged),
                   (precision, inputs, padded, groups, isRagged), precision)
/// Long short-term memory (body/recurrent_lstm.h).
DPT_VALUES(void, lstm_forward, (const dpt_recurrence *r), (r), r->precision)
DPT_VALUES(void, lstm_backward, (const dpt_recurrence *r), (r), r->precision)
/// The plain recurrence with tanh, or with ReLU (body/recurrent_rnn.h).
DPT_VALUES(void, rnn_forward, (const dpt_recurrence *r, bool relu), (r, relu), r->precision)
DPT_VALUES(void, rnn_backward, (const dpt_recurrence *r, bool relu), (r, relu), r->precision)
/// The gated recurrent unit (body/recurrent_gru.h).
DPT_VALUES(void, gru_forward, (const dpt_recurrence *r), (r), r->precision)
DPT_VALUES(void, gru_backward, (const dpt_recurrence *r), (r), r->precision)
/// The gated recurrence (body/recurrent_gated.h).
DPT_VALUES(void, gated_forward, (const dpt_recurrence *r), (r), r->precision)
DPT_VALUES(void, gated_backward, (const dpt_recurrence *r), (r), r->precision)

// MARK: Elementary functions (body/elementary.h), each within 2 ulp; y may be x

/// y = e^x.
DPT_KERNEL(void, map_exp, (const float *x, float *y, long n), (x, y, n))
/// y = log x.
DPT_KERNEL(void, map_log, (const float *x, float *y, long n), (x, y, n))
/// y = tanh x.
DPT_KERNEL(void, map_tanh, (const float *x, float *y, long n), (x, y, n))
/// y = 1 / (1 + e^−x).
DPT_KERNEL(void, map_sigmoid, (const float *x, float *y, long n), (x, y, n))
/// y = erf x.
DPT_KERNEL(void, map_erf, (const float *x, float *y, long n), (x, y, n))

// MARK: Layers that work row by row (body/activation.h, body/softmax.h, body/dropout.h, body/layer_norm.h, body/rms_norm.h,
// body/local_response_norm.h, body/embedding.h)

/// y = f(x).
DPT_VALUES(void, activation, (dpt_activation_kind kind, float parameter, float second, const dpt_row_pass *r),
           (kind, parameter, second, r), r->precision)
/// y = g ⊙ f′; x has the outputs of tanh and the logistic function, but the inputs of other functions.
DPT_VALUES(void, activation_gradient, (dpt_activation_kind kind, float parameter, float second, const dpt_row_pass *r),
           (kind, parameter, second, r), r->precision)
/// y = x if positive, else x · slope: each column's, or the first one if it is shared.
DPT_VALUES(void, prelu, (const dpt_row_pass *r, const float *slopes, bool isShared), (r, slopes, isShared), r->precision)
/// The gradient of x to y (unless NULL), and to `products`, where x is not positive, g · x; with a shared slope the sum of these
/// over each row, in a row of one column.
DPT_VALUES(void, prelu_gradient,
           (const dpt_row_pass *r, const float *slopes, bool isShared, float *products, long stride),
           (r, slopes, isShared, products, stride), r->precision)
/// y = softmax(x), row by row.
DPT_VALUES(void, softmax, (const dpt_row_pass *r), (r), r->precision)
/// y = x ⊙ (g − Σ x ⊙ g); x has the outputs of softmax.
DPT_VALUES(void, softmax_gradient, (const dpt_row_pass *r), (r), r->precision)
/// y = log softmax(x), row by row.
DPT_VALUES(void, log_softmax, (const dpt_row_pass *r), (r), r->precision)
/// y = g − e^x Σ g; x has the outputs of log-softmax.
DPT_VALUES(void, log_softmax_gradient, (const dpt_row_pass *r), (r), r->precision)
/// y = x · scale if kept, otherwise 0; the same for gradients. y may be x.
DPT_VALUES(void, dropout, (const dpt_row_pass *r, const dpt_dropout_mask *mask), (r, mask), r->precision)
/// The same for all rows of a sample at once: a word decides for each channel, or if `isWhole` one for the whole sample.
/// `factors` is scratch for a row of whole groups of 16.
DPT_VALUES(void, sample_dropout, (const dpt_row_pass *r, const dpt_dropout_mask *mask, bool isWhole, float *factors),
           (r, mask, isWhole, factors), r->precision)
/// y = (x − mean) / √(variance + ε) ⊙ weight + bias, mean and (biased) variance over each row.
DPT_VALUES(void, layer_norm, (const dpt_row_pass *r, const dpt_row_norm *p), (r, p), r->precision)
/// The gradient of x to y (unless NULL), and to `scaled` g ⊙ (x − mean) / deviation, whose rows' sum is the weight's.
DPT_VALUES(void, layer_norm_gradient,
           (const dpt_row_pass *r, const dpt_row_norm *p, float *scaled, long scaledStride),
           (r, p, scaled, scaledStride), r->precision)
/// y = x / √(mean of x² + ε) ⊙ weight, the mean over each row.
DPT_VALUES(void, rms_norm, (const dpt_row_pass *r, const dpt_row_norm *p), (r, p), r->precision)
/// The gradient of x to y (unless NULL), and to `scaled` g ⊙ x / root, whose rows' sum is the weight's.
DPT_VALUES(void, rms_norm_gradient,
           (const dpt_row_pass *r, const dpt_row_norm *p, float *scaled, long scaledStride),
           (r, p, scaled, scaledStride), r->precision)
/// y = x / (k + alpha / size · the sum of the squares of the neighbours)^beta; beyond the channels there are zeros.
DPT_VALUES(void, local_response_norm, (const dpt_row_pass *r, const dpt_local_response *p), (r, p), r->precision)
/// y = the gradient of x.
DPT_VALUES(void, local_response_norm_gradient, (const dpt_row_pass *r, const dpt_local_response *p), (r, p), r->precision)
/// Floats of scratch that these need.
DPT_SCRATCH(local_response_scratch, (long columns, long size), (columns, size))
/// out[node][entry] = sum over the node's shards, in the tree's order, of the gradients of the rows.
DPT_VALUES(void, embedding_gradient, (const dpt_lookup *p, const dpt_shard_program *shards), (p, shards), p->precision)

// MARK: Attention pooling (body/attention.h)

/// y = Σ weight[t] · x[t] for each sample; writes the weights.
DPT_VALUES(void, attention_pool, (const dpt_attention *p, void *y, long yStride), (p, y, yStride), p->precision)
/// The gradients of the scores and of x.
DPT_VALUES(void, attention_pool_back, (const dpt_attention *p, const dpt_attention_gradient *g), (p, g), p->precision)

// MARK: Losses (body/loss.h, body/event_loss.h)

/// Cross-entropy of logits with class indices: loss = w[target] (log Σ exp(z) − z[target]) and gradient =
/// w[target] (softmax − one-hot), the target spread by the smoothing as in Szegedy et al. 2016. The largest logit is
/// subtracted first (Goodfellow et al., Deep Learning, section 4.1). With two targets in a row it is the sum of theirs, each
/// times its share. The focal loss multiplies each by (1 − softmax[target])^gamma (Lin et al. 2017).
DPT_KERNEL(void, cross_entropy, (const dpt_loss_pass *p, const dpt_class_targets *targets), (p, targets))
/// The loss of each row against numbers, summed over its columns.
DPT_KERNEL(void, value_loss,
           (dpt_value_loss_kind kind, float parameter, const dpt_loss_pass *p, const float *targets, long targetStride),
           (kind, parameter, p, targets, targetStride))
/// The cross-entropy of events with weights of the positive ones, or their focal loss.
DPT_KERNEL(void, event_loss, (const dpt_loss_pass *p, const dpt_event_targets *targets), (p, targets))

// MARK: Flat vectors (body/flat.h)

/// sum = x + y; any of them may be the same vector.
DPT_KERNEL(void, add, (const float *x, const float *y, float *sum, long n), (x, y, sum, n))
/// x = x + factor · y.
DPT_KERNEL(void, add_scaled, (float *x, const float *y, long n, float factor), (x, y, n, factor))
/// x = x + share · (y − x).
DPT_KERNEL(void, approach, (float *x, const float *y, long n, float share), (x, y, n, share))
/// x = x · factor.
DPT_KERNEL(void, scale, (float *x, long n, float factor), (x, n, factor))
/// quotient = x / divisor; both may be the same vector.
DPT_KERNEL(void, divide, (const float *x, float *quotient, long n, float divisor), (x, quotient, n, divisor))
/// Clamps each x to ±limit; a NaN stays.
DPT_KERNEL(void, clamp, (float *x, long n, float limit), (x, n, limit))
/// Σ x² in a fixed order: in each block of 1024, 16 lanes in float, then these in double; then the blocks' sums, ascending,
/// in double. So blocks may be summed separately and their sums added.
DPT_KERNEL(double, sum_of_squares, (const float *x, long n), (x, n))

// MARK: Flat vectors of activations (body/flat_values.h)

/// sum = x + y, or max(0, x + y) with `relu`; any of them may be the same vector.
DPT_VALUES(void, add_values, (dpt_precision precision, const void *x, const void *y, void *sum, long n, bool relu),
           (precision, x, y, sum, n, relu), precision)
/// dy ← dy if y > 0, otherwise 0; a copy goes to `copy` unless that is NULL.
DPT_VALUES(void, relu_back, (dpt_precision precision, const void *y, void *dy, void *copy, long n),
           (precision, y, dy, copy, n), precision)
/// Rows of floats as values of the precision: whole groups of 16 are written, zeros behind the columns.
DPT_VALUES(void, values_of_floats,
           (dpt_precision precision, const float *x, long xStride, void *y, long yStride, long rows, long columns),
           (precision, x, xStride, y, yStride, rows, columns), precision)
/// Rows of values as floats likewise.
DPT_VALUES(void, floats_of_values,
           (dpt_precision precision, const void *x, long xStride, float *y, long yStride, long rows, long columns),
           (precision, x, xStride, y, yStride, rows, columns), precision)

// MARK: 16-bit formats (body/half.h)

/// rounded = x + residual, rounded to the nearest value of the format (ties to even, infinity beyond the largest one);
/// residual = the difference. If the result is infinite or NaN, the residual stays. `rounded` may be `x`.
DPT_KERNEL(void, round_halves, (const float *x, float *residual, float *rounded, long n, dpt_half_format format),
           (x, residual, rounded, n, format))
/// Packs floats that are values of the format into 16 bits each.
DPT_KERNEL(void, pack_halves, (const float *x, uint16_t *packed, long n, dpt_half_format format),
           (x, packed, n, format))
/// Unpacks values of the format to floats.
DPT_KERNEL(void, unpack_halves, (const uint16_t *packed, float *x, long n, dpt_half_format format),
           (packed, x, n, format))
/// Each x becomes the nearest value of DPT_IN_BFLOAT16, and stays a float.
DPT_KERNEL(void, round_floats, (float *x, long n), (x, n))

// MARK: Images (body/image.h): planes of floats from 0 to 1, rows packed, or pixels of bytes or of 16-bit words

/// Pixels of three bytes to planes: each byte / 255.
DPT_KERNEL(void, image_planes, (const uint8_t *pixels, long n, float *r, float *g, float *b), (pixels, n, r, g, b))
/// Planes to pixels of three bytes: each float · 255, rounded and clamped to 0 … 255.
DPT_KERNEL(void, image_pixels, (const float *r, const float *g, const float *b, long n, uint8_t *pixels),
           (r, g, b, n, pixels))
/// Planes to pixels of three floats: (x − mean) · factor, each of three.
DPT_KERNEL(void, image_normalize,
           (const float *r, const float *g, const float *b, long n, const float *mean, const float *factor, float *out),
           (r, g, b, n, mean, factor, out))
/// Every `stride`th of some bytes to a plane: each / 255.
DPT_KERNEL(void, plane_from_bytes, (const uint8_t *samples, long stride, long n, float *x), (samples, stride, n, x))
/// Every `stride`th of some words to a plane: each / 65535.
DPT_KERNEL(void, plane_from_words, (const uint16_t *samples, long stride, long n, float *x), (samples, stride, n, x))
/// A plane to every `stride`th of some bytes: each float · 255, rounded and clamped to 0 … 255.
DPT_KERNEL(void, plane_to_bytes, (const float *x, long n, uint8_t *samples, long stride), (x, n, samples, stride))
/// A plane to every `stride`th of some words: each float · 65535, rounded and clamped to 0 … 65535.
DPT_KERNEL(void, plane_to_words, (const float *x, long n, uint16_t *samples, long stride), (x, n, samples, stride))
/// out = (x − mean) · factor.
DPT_KERNEL(void, plane_normalize, (const float *x, long n, float mean, float factor, float *out),
           (x, n, mean, factor, out))
/// out = Σ weights[k] · rows[k], in ascending k.
DPT_KERNEL(void, weighted_rows, (const float *const *rows, const float *weights, long taps, float *out, long n),
           (rows, weights, taps, out, n))
/// out[j] = Σ weights[k · n + j] · row[first[j] + k], in ascending k.
DPT_KERNEL(void, resample_row,
           (const float *row, const int32_t *first, const float *weights, long taps, float *out, long n),
           (row, first, weights, taps, out, n))
/// Changes n colours in place by the steps, one after the other. Returns the sum of the results' greys.
DPT_KERNEL(double, adjust_colors, (float *r, float *g, float *b, long n, const dpt_color_step *steps, long count),
           (r, g, b, n, steps, count))
/// Changes n greys in place by the steps, one after the other; saturation and hue change nothing. Returns the sum of the
/// results.
DPT_KERNEL(double, adjust_greys, (float *x, long n, const dpt_color_step *steps, long count), (x, n, steps, count))
/// Warps the planes of an image.
DPT_KERNEL(void, warp, (const dpt_warping *w), (w))
/// Spreads the n > 0 values of a plane linearly, so that the least becomes 0 and the largest 1; equal ones stay.
DPT_KERNEL(void, stretch_plane, (float *x, long n), (x, n))
/// Replaces the n values of a plane, as bytes, so that all bytes become about equally frequent: PIL's equalize.
DPT_KERNEL(void, equalize_plane, (float *x, long n), (x, n))

// MARK: Optimizers (body/optimizers.h); the formulas are with the Swift classes

/// PyTorch's SGD update; `velocity` is NULL if momentum is 0.
DPT_KERNEL(void, sgd, (float *w, const float *g, float *velocity, long n, const dpt_sgd_step *s), (w, g, velocity, n, s))
/// PyTorch's RMSprop update; `mean` is NULL unless it is centered, `velocity` if momentum is 0.
DPT_KERNEL(void, rmsprop,
           (float *w, const float *g, float *v, float *mean, float *velocity, long n, const dpt_rmsprop_step *s),
           (w, g, v, mean, velocity, n, s))
/// PyTorch's Adam update, or AdamW's if `decoupled`.
DPT_KERNEL(void, adam, (float *w, const float *g, float *m, float *v, long n, const dpt_adam_step *s, bool decoupled),
           (w, g, m, v, n, s, decoupled))
/// Updates LAMB's means and writes m̂ / (√v̂ + ε) + λw; the learning rate is not used.
DPT_KERNEL(void, lamb_direction,
           (const float *w, const float *g, float *m, float *v, float *direction, long n, const dpt_adam_step *s),
           (w, g, m, v, direction, n, s))
/// LARS's update of one parameter, `rate` being the global times the local learning rate.
DPT_KERNEL(void, lars,
           (float *w, const float *g, float *velocity, long n, double rate, double momentum, double weightDecay),
           (w, g, velocity, n, rate, momentum, weightDecay))

// MARK: The processor's limit (body/peak.h)

/// Runs `turns` turns of independent chains in registers, the processor's peak of multiply-adds: x ← x · factor + summand, or
/// x ← x + factor · summand of pairs of bfloat16. Writes 16 floats that depend on all chains, and returns the number of
/// operations, two per multiply-add.
DPT_VALUES(double, multiply_adds, (dpt_precision precision, long turns, float factor, float summand, float *result),
           (precision, turns, factor, summand, result), precision)

#undef DPT_KERNEL
#undef DPT_SCRATCH
#undef DPT_VALUES
#undef DPT_VALUES_SCRATCH
