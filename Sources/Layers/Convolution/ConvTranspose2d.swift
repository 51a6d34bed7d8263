import Tensors

/// Transposed convolution of images, as PyTorch's `nn.ConvTranspose2d`: every pixel of the input adds a kernel's worth of
/// pixels to the output,
///
///     y[h·S − P + kh·D][w·S − P + kw·D][o] += Σ over c of  x[h][w][c] · w[c][o][kh][kw]
///
/// on top of the bias b[o]. That is the gradient of a convolution by its input.
///
/// Input [height, width, channels], output (size − 1)·S − 2P + D(K − 1) + outputPadding + 1 along each axis, outputs.
/// `weight` [channels, outputs / groups, kernel height, kernel width] and `bias` [outputs] start uniform in
/// ±1/√(outputs / groups · taps), as PyTorch's. Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning".
public final class ConvTranspose2d: Layer {
  /// The recipe's name.
  public let kind = "conv-transpose2d"
  /// What both kinds share.
  package let convolution: TransposedConvolution

  /// A layer with `outputs` channels.
  /// - Throws: `Failure` (configuration) where the window does not fit the input, or the groups do not divide.
  public init(
    input: Shape, outputs: Int, window: Window, outputPadding: Window.Extent = .init(0), groups: Int = 1,
    bias: Bool = true
  ) throws {
    convolution = try TransposedConvolution(
      input: input, outputs: outputs, window: window, kernelShape: [window.kernel.height, window.kernel.width],
      outputPadding: outputPadding, groups: groups, bias: bias)
  }

  /// By the rule above, `outputs` channels.
  public var outputShape: Shape { convolution.outputShape }
  /// `weight`, and `bias` if there is one.
  public var parameters: [Parameter] { convolution.parameters }
  /// Two per weight and input pixel.
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
