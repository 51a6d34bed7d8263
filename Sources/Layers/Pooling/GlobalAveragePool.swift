import CKernels
import Tensors

/// The mean over all pixels or all valid steps, channel by channel: PyTorch's `x.mean((2, 3))`, or `nn.AdaptiveAvgPool2d(1)`
/// flattened. Lin, Chen & Yan 2013.
///
/// Input [height, width, channels] or [steps, channels], output [channels].
public final class GlobalAveragePool: Layer {
  /// The recipe's name.
  public let kind = "global-average-pool"
  private let pooling: Pooling

  /// A layer for inputs of a shape.
  /// - Throws: `Failure` (configuration) for vectors.
  public init(input: Shape) throws {
    pooling = try Pooling(globalOver: input)
  }

  /// [channels].
  public var outputShape: Shape { pooling.outputShape }

  /// The shape of one input.
  package var inputShape: Shape { pooling.inputShape }

  /// The mean is over the valid steps.
  public var lengthRule: LengthRule { .kept }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the means, and the input's gradient.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    AveragePoolPass(
      memory: PoolingMemory(pooling, kind: kind, &plan, batch: batch, wantsInputGradient: wantsInputGradient),
      average: DPT_PADDING_COUNTS)
  }
}
