import Tensors

/// Two-dimensional convolution (cross-correlation) of images, as PyTorch's `nn.Conv2d`:
///
///     y[oh][ow][o] = b[o] + Σ over kh, kw, c of  x[oh·S − P + kh·D][ow·S − P + kw·D][c] · w[o][c][kh][kw]
///
/// Input [height, width, channels], output [outHeight, outWidth, outputs]. `weight` [outputs, channels / groups, kernel
/// height, kernel width] and `bias` [outputs] start uniform in ±1/√(channels / groups · taps). LeCun et al. 1989.
public final class Conv2d: Layer, PlacedLayer {
  /// The recipe's name.
  public let kind = "conv2d"
  /// What both kinds share.
  package let convolution: Convolution

  /// A layer with `outputs` channels.
  /// - Throws: `Failure` (configuration) where the window does not fit the input, or the groups do not divide.
  public init(
    input: Shape, outputs: Int, window: Window, groups: Int = 1, bias: Bool = true,
    algorithm: ConvolutionAlgorithm = .auto
  ) throws {
    convolution = try Convolution(
      input: input, outputs: outputs, window: window, kernelShape: [window.kernel.height, window.kernel.width],
      groups: groups, bias: bias,
      algorithm: algorithm)
  }

  /// The size rule's result (see `Window`), `outputs` channels.
  public var outputShape: Shape { convolution.outputShape }
  /// `weight`, and `bias` if there is one.
  public var parameters: [Parameter] { convolution.parameters }
  /// Two per weight and output position, as if computed directly.
  public var operations: Int { convolution.operations }

  /// Winograd's tile, if the layer is computed by it.
  public var algorithm: String? { convolution.tile?.rawValue }

  /// As many as forwards for the weights' gradients, and as many for the input's if it is wanted.
  public func backwardOperations(wantsInputGradient: Bool) -> Int { wantsInputGradient ? 2 * operations : operations }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves packed weights, outputs, sums of the weight gradient, and the input's gradient if it is wanted.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    makePass(&plan, batch: batch, wantsInputGradient: wantsInputGradient, output: nil)
  }

  func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool, output: OutputRows?) -> any Pass {
    convolution.makePass(&plan, batch: batch, wantsInputGradient: wantsInputGradient, output: output)
  }
}
