import Tensors

/// Dropout of whole channels: in training each channel of a sample is kept for all pixels or steps with probability 1 − p and
/// scaled by 1 / (1 − p), otherwise it is 0. Outside training nothing changes. Images and sequences; the output has the input's
/// shape.
///
/// Whether a channel is kept is a function of (seed, the layer's place in the model, training step, the sample's place in the
/// global batch, channel), as in `Dropout`. Tompson et al. 2015; PyTorch's `nn.Dropout1d` and `nn.Dropout2d`, whose channels are
/// the features here.
public final class ChannelDropout: Layer {
  /// The recipe's name.
  public let kind = "channel-dropout"
  /// The input's shape.
  public let outputShape: Shape
  /// The share of channels that are dropped in training.
  package let probability: Double

  /// A layer that drops channels with `probability`, 0 ..< 1.
  public init(input: Shape, probability: Double = 0.5) {
    precondition((0..<1).contains(probability), "dropout probability \(probability) is not in 0 ..< 1")
    precondition(input.isImage || input.isSequence, "dropout of the channels of \(input.text)")
    outputShape = input
    self.probability = probability
  }

  /// A channel is dropped for all steps.
  public var lengthRule: LengthRule { .kept }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs. The input's gradient overwrites that of the outputs.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    DropoutPass(
      &plan, shape: outputShape, batch: batch, probability: probability, of: .channel,
      wantsInputGradient: wantsInputGradient)
  }
}
