import CKernels
import Tensors

/// Average pooling to a size, as PyTorch's `nn.AdaptiveAvgPool2d` and `nn.AdaptiveAvgPool1d`: pixel i of n along an axis of H
/// pixels is the mean of those from ⌊i·H/n⌋ up to ⌈(i + 1)·H/n⌉, channel by channel. Windows may overlap.
///
/// Input [height, width, channels] or [steps, channels], output [size.height, size.width, channels] or [size.height,
/// channels].
public final class AdaptiveAveragePool: Layer {
  /// The recipe's name.
  public let kind = "adaptive-average-pool"
  /// Shapes.
  package let pooling: Pooling

  /// A layer for inputs of a shape.
  /// - Throws: `Failure` (configuration) for vectors, and for sequences with two sizes.
  public init(input: Shape, size: Window.Extent) throws {
    pooling = try Pooling(adaptiveOver: input, size: size)
  }

  /// The size, with the input's channels.
  public var outputShape: Shape { pooling.outputShape }

  /// Refuses different lengths: the outputs would have as many steps whatever the lengths are.
  public var lengthRule: LengthRule {
    .refused(advice: "write global-average-pool or attention-pool in its place, or give it sequences of equal length")
  }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs, and the input's gradient if it is wanted.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    AveragePoolPass(
      memory: PoolingMemory(pooling, kind: kind, &plan, batch: batch, wantsInputGradient: wantsInputGradient),
      average: DPT_ADAPTIVE)
  }
}
