import Tensors

/// Transposed convolution of sequences, as PyTorch's `nn.ConvTranspose1d`: every step of the input adds a kernel's worth of
/// steps to the output,
///
///     y[t·S − P + k·D][o] += Σ over c of  x[t][c] · w[c][o][k]
///
/// on top of the bias b[o]. That is the gradient of a convolution by its input.
///
/// Input [steps, channels], output [(steps − 1)·S − 2P + D(K − 1) + outputPadding + 1, outputs]. `weight` [channels,
/// outputs / groups, kernel] and `bias` [outputs] start uniform in ±1/√(outputs / groups · kernel), as PyTorch's. Dumoulin &
/// Visin 2016, "A guide to convolution arithmetic for deep learning".
public final class ConvTranspose1d: Layer {
  /// The recipe's name.
  public let kind = "conv-transpose1d"
  /// What both kinds share.
  package let convolution: TransposedConvolution

  /// A layer with `outputs` channels; `window` is one over steps (`Window.steps`).
  /// - Throws: `Failure` (configuration) where the window does not fit the input, or the groups do not divide.
  public init(
    input: Shape, outputs: Int, window: Window, outputPadding: Int = 0, groups: Int = 1, bias: Bool = true
  ) throws {
    convolution = try TransposedConvolution(
      input: input, outputs: outputs, window: window, kernelShape: [window.kernel.height],
      outputPadding: .init(height: outputPadding, width: 0), groups: groups, bias: bias)
  }

  /// By the rule above, `outputs` channels.
  public var outputShape: Shape { convolution.outputShape }
  /// `weight`, and `bias` if there is one.
  public var parameters: [Parameter] { convolution.parameters }
  /// Refuses different lengths.
  public var lengthRule: LengthRule {
    .refused(advice: "give it sequences of equal length; conv1d with padding: same takes any lengths")
  }
  /// Two per weight and input step.
  public var operations: Int { convolution.operations }

  /// As many as forwards for the weights' gradients, and as many for the input's if it is wanted.
  public func backwardOperations(wantsInputGradient: Bool) -> Int { wantsInputGradient ? 2 * operations : operations }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves packed weights, outputs, sums of the weight gradient, and the input's gradient if it is wanted.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    TransposedConvolutionPass(convolution, &plan, batch: batch, wantsInputGradient: wantsInputGradient)
  }
}
