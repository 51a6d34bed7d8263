import Tensors

/// Dropout: in training each value is kept with probability 1 − p and scaled by 1 / (1 − p), otherwise it is 0. Outside
/// training nothing changes. The output has the input's shape.
///
/// Whether a value is kept is a function of (seed, the layer's place in the model, training step, the sample's place in the
/// global batch, the value's place in the sample), so it is the same on any number of ranks and shards. Srivastava et al.
/// 2014; PyTorch's `nn.Dropout`.
public final class Dropout: Layer {
  /// The recipe's name.
  public let kind = "dropout"
  /// The input's shape.
  public let outputShape: Shape
  /// The share of values that are dropped in training.
  package let probability: Double

  /// A layer that drops values with `probability`, 0 ..< 1.
  public init(input: Shape, probability: Double = 0.5) {
    precondition((0..<1).contains(probability), "dropout probability \(probability) is not in 0 ..< 1")
    outputShape = input
    self.probability = probability
  }

  /// Steps are independent.
  public var lengthRule: LengthRule { .kept }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs. The input's gradient overwrites that of the outputs.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    DropoutPass(
      &plan, shape: outputShape, batch: batch, probability: probability, of: .value,
      wantsInputGradient: wantsInputGradient)
  }
}
