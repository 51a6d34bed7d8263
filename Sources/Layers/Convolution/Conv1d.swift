import Tensors

/// One-dimensional convolution (cross-correlation) of sequences, as PyTorch's `nn.Conv1d`:
///
///     y[t][o] = b[o] + Σ over k, c of  x[t·S − P + k·D][c] · w[o][c][k]
///
/// with P zeros before the first step (`Window.StepPadding`).
///
/// Input [steps, channels], output [outSteps, outputs]. `weight` [outputs, channels / groups, kernel] and `bias`
/// [outputs] start uniform in ±1/√(channels / groups · kernel).
public final class Conv1d: Layer, PlacedLayer {
  /// The recipe's name.
  public let kind = "conv1d"
  /// What both kinds share.
  package let convolution: Convolution

  /// A layer with `outputs` channels; `window` is one over steps (`Window.steps`).
  /// - Throws: `Failure` (configuration) where the window does not fit the input, or the groups do not divide.
  public init(
    input: Shape, outputs: Int, window: Window, groups: Int = 1, bias: Bool = true,
    algorithm: ConvolutionAlgorithm = .auto
  ) throws {
    convolution = try Convolution(
      input: input, outputs: outputs, window: window, kernelShape: [window.kernel.height], groups: groups, bias: bias,
      algorithm: algorithm)
  }

  /// The size rule's result (see `Window`), `outputs` channels.
  public var outputShape: Shape { convolution.outputShape }
  /// `weight`, and `bias` if there is one.
  public var parameters: [Parameter] { convolution.parameters }
  /// What is behind a sample's length counts as padding.
  public var lengthRule: LengthRule { .window(convolution.window) }
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
