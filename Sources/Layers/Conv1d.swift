import Tensors

/// One-dimensional convolution (cross-correlation) of sequences, as PyTorch's `nn.Conv1d`:
///
///     y[t][o] = b[o] + Σ over k, c of  x[t·S − P + k·D][c] · w[o][c][k]
///
/// Input [steps, channels], output [outSteps, outputs]. `weight` [outputs, channels / groups, kernel] and `bias`
/// [outputs] start uniform in ±1/√(channels / groups · kernel).
public final class Conv1d: Layer, ReLUFusing {
  /// The recipe's name.
  public let kind = "conv1d"
  /// What both kinds share.
  package let convolution: Convolution

  /// A layer with `outputs` channels; `window` is one over steps (`Window.steps`).
  /// - Throws: `Failure` (configuration) where the window does not fit the input, or the groups do not divide.
  public init(input: Shape, outputs: Int, window: Window, groups: Int = 1, bias: Bool = true) throws {
    convolution = try Convolution(
      input: input, outputs: outputs, window: window, kernelShape: [window.kernel.height], groups: groups, bias: bias)
  }

  /// The size rule's result (see `Window`), `outputs` channels.
  public var outputShape: Shape { convolution.outputShape }
  /// `weight`, and `bias` where there is one.
  public var parameters: [Parameter] { convolution.parameters }
  /// What is behind a sample's length counts as padding.
  public var lengthRule: LengthRule { .window(convolution.window) }
  /// Two per weight and output position.
  public var operations: Int { convolution.operations }

  /// As many as forwards for the weights' gradients, and as many for the input's where it is wanted.
  public func backwardOperations(wantsInputGradient: Bool) -> Int { wantsInputGradient ? 2 * operations : operations }

  /// Negative outputs become 0 at once.
  public func fuseReLU() { convolution.fuseReLU() }

  /// Reserves packed weights, outputs, sums of the weight gradient, and the input's gradient where it is wanted.
  public func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    convolution.plan(&plan, batch: batch, wantsInputGradient: wantsInputGradient)
  }

  /// Packs the weights for both directions.
  public func pack(_ context: StepContext) { convolution.pack(context) }

  /// The correlation.
  public func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    convolution.forward(input, context)
  }

  /// ∂ℓ/∂w is the correlation of the input with ∂ℓ/∂y dilated by the stride; ∂ℓ/∂x that of ∂ℓ/∂y with w turned over.
  public func backward(_ gradient: TensorView, _ context: StepContext) -> TensorView? {
    convolution.backward(gradient, context)
  }
}
