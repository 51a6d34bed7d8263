import CKernels
import Tensors

/// A mean of each sample's steps with learned weights, over the steps that are there:
///
///     y = Σ a[t] x[t]        a = softmax of the scores s[t] over the sample's steps
///     s[t] = v · x[t]                        without hidden units
///     s[t] = v · tanh(W x[t] + b)            with hidden units
///
/// Input [steps, features], output [features]. The scores are made by layers under the name `attention`: a linear one with one
/// output, v, before which W, b and tanh come with hidden units. So parameters are named `attention.0.weight`, and with hidden
/// units `attention.0.bias` and `attention.2.weight`, and start as those of PyTorch's `nn.Linear`. A constant added to all
/// scores changes nothing, so v has no bias. Bahdanau, Cho & Bengio 2015; Yang et al. 2016.
public final class AttentionPool: Layer {
  /// The recipe's name.
  public let kind = "attention-pool"
  /// [features].
  public let outputShape: Shape
  /// Those of the scores.
  public let parameters: [Parameter]
  fileprivate let inputShape: Shape
  private let attention: LayerPart

  /// A layer for sequences of a shape, with hidden units or none.
  public init(input: Shape, hiddenSize: Int? = nil) {
    precondition(input.isSequence, "\(input.text) has no steps to attend to")
    inputShape = input
    outputShape = .vector(input.features)
    if let hiddenSize {
      let hidden = Linear(input: input, outputs: hiddenSize)
      let layers: [any Layer] = [
        hidden, Tanh(input: hidden.outputShape), Linear(input: hidden.outputShape, outputs: 1, bias: false),
      ]
      attention = LayerPart(layers, name: "attention")
    } else {
      attention = LayerPart([Linear(input: input, outputs: 1, bias: false)], name: "attention")
    }
    parameters = attention.named(\.parameters)
  }

  /// The layers of the scores, under `attention`.
  public var parts: [LayerPart] { [attention] }

  /// The mean is over the valid steps.
  public var lengthRule: LengthRule { .kept }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the memory of the scores' layers, the weights of the steps, the outputs, and the gradients' memory.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    let scores = Program(
      attention.layers, input: inputShape, &plan, batch: batch, wantsInputGradient: wantsInputGradient)
    plan.advance()
    return AttentionPoolPass(
      scores: scores, output: plan.activationValues(outputShape.paddedCount(batch: batch)),
      weights: plan.activation(batch * inputShape.steps), scratch: plan.backwardScratch(inputShape.steps),
      scoreGradient: plan.gradientValues(inputShape.with(features: 1).paddedCount(batch: batch)),
      gradient: wantsInputGradient ? plan.gradientValues(inputShape.paddedCount(batch: batch)) : nil)
  }
}

private struct AttentionPoolPass: Pass {
  let scores: Program
  let output, weights, scratch, scoreGradient: ArenaPlan.Slot
  let gradient: ArenaPlan.Slot?

  func pack(_ context: StepContext) { scores.pack(context) }

  /// The weighted mean.
  func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    var attention = attention(over: input, context)
    let scores = try scores.forward(input, context)
    attention.scores = UnsafeRawPointer(scores.base.address)
    attention.scoreStride = scores.stride
    let result = TensorView(base: context.arena.values(output), shape: .vector(input.columns), batch: input.batch)
    dpt_attention_pool(&attention, result.base.address, result.stride)
    return result
  }

  /// ∂ℓ/∂x[t] = a[t] ∂ℓ/∂y, and what comes through the scores.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) throws -> TensorView? {
    var attention = attention(over: input, context)
    let scoreGradient = input.with(base: context.arena.values(scoreGradient), columns: 1)
    let result = self.gradient.map { input.with(base: context.arena.values($0), columns: input.columns) }
    var gradients = dpt_attention_gradient(
      dy: gradient.base.address, dyStride: gradient.stride, dx: result?.base.address, dxStride: result?.stride ?? 0,
      scores: scoreGradient.base.address, scoreStride: scoreGradient.stride, scratch: context.arena[scratch])
    dpt_attention_pool_back(&attention, &gradients)
    let throughScores = try scores.backward(scoreGradient, context)
    guard let result, let throughScores else { return nil }
    dpt_add_values(
      result.base.precision.kernel, result.base.address, throughScores.base.address, result.base.address,
      result.rows * result.stride, false)
    return result
  }

  /// The steps and their weights.
  private func attention(over input: TensorView, _ context: StepContext) -> dpt_attention {
    var attention = dpt_attention()
    attention.precision = input.base.precision.kernel
    (attention.steps, attention.batch, attention.starts) = (input.steps, input.batch, input.starts)
    attention.x = UnsafeRawPointer(input.base.address)
    (attention.xStride, attention.columns) = (input.stride, input.columns)
    attention.weights = context.arena[weights]
    return attention
  }
}
