import Tensors

/// Stochastic depth: in training all values of a sample are kept with probability 1 − p and scaled by 1 / (1 − p), otherwise they
/// are 0. At the end of a residual connection's body it drops the body for that sample. Outside training nothing changes. Any
/// input shape; the output has the same.
///
/// Whether a sample is kept is a function of (seed, the layer's place in the model, training step, the sample's place in the
/// global batch). Huang et al. 2016; torchvision's `StochasticDepth` with the mode `row`.
public final class DropPath: Layer {
  /// The recipe's name.
  public let kind = "drop-path"
  /// The input's shape.
  public let outputShape: Shape
  /// The share of samples that are dropped in training.
  package let probability: Double

  /// A layer that drops samples with `probability`, 0 ..< 1.
  public init(input: Shape, probability: Double) {
    precondition((0..<1).contains(probability), "drop-path probability \(probability) is not in 0 ..< 1")
    outputShape = input
    self.probability = probability
  }

  /// A sample is dropped with all its steps.
  public var lengthRule: LengthRule { .kept }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs. The input's gradient overwrites that of the outputs.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    DropoutPass(
      &plan, shape: outputShape, batch: batch, probability: probability, of: .sample,
      wantsInputGradient: wantsInputGradient)
  }
}
