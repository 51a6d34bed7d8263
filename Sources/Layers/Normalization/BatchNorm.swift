import Tensors

/// Batch normalization, as PyTorch's `nn.BatchNorm1d` and `nn.BatchNorm2d`:
///
///     y = γ (x − μ) / √(σ² + ε) + β,  μ and σ² per channel over samples, pixels and valid steps
///
/// `statistics` selects the samples: those of the global batch, added in the reduction tree (as PyTorch on one process), or
/// those of each shard. `weight` (γ, from 1) and `bias` (β, from 0) are learned; without `affine` γ is 1 and β is 0. `running_mean` and `running_var` (with
/// Bessel's correction) are used outside training; `num_batches_tracked` counts their batches. Any input shape; channels
/// last. If the running values are frozen, training uses them, too, and the layer's weight and bias learn unless they are frozen
/// themselves. Ioffe & Szegedy 2015; over shards: Hoffer, Hubara & Soudry 2017.
public final class BatchNorm: Layer {
  /// The samples of one mean and variance in training.
  public enum Statistics: String, CaseIterable, Sendable {
    /// The global batch.
    case batch
    /// Each shard by itself, so that the passes wait for no other rank. The sums for the running values travel with the
    /// gradients: the mean over the batch, and the pooled variance within shards.
    case shard
  }

  /// The recipe's name.
  public let kind = "batch-norm"
  /// The input's shape.
  public let outputShape: Shape
  /// Added to the variance.
  package let epsilon: Float
  /// The samples of one mean and variance in training.
  package let statistics: Statistics
  let running: RunningStatistics
  let weight, bias: Parameter?

  /// A layer for inputs of a shape. `momentum` is the share of each new batch in the running values; with nil, they are the
  /// mean over all batches.
  public init(
    input: Shape, epsilon: Double = 1e-5, momentum: Double? = 0.1, statistics: Statistics = .batch, affine: Bool = true
  ) {
    outputShape = input
    self.epsilon = Float(epsilon)
    self.statistics = statistics
    running = RunningStatistics(input: input, momentum: momentum)
    func parameter(_ name: String, _ value: Float) -> Parameter? {
      affine
        ? Parameter(name, shape: [input.features], initialization: .constant(value), flattened: input) : nil
    }
    weight = parameter("weight", 1)
    bias = parameter("bias", 0)
  }

  /// `weight` and `bias`, if there are any.
  public var parameters: [Parameter] { [weight, bias].compactMap(\.self) }
  /// Whether there are a weight and a bias.
  package var isAffine: Bool { weight != nil }
  /// `running_mean` and `running_var`.
  public var buffers: [Parameter] { [running.mean, running.variance] }
  /// Each batch's share in the running values; nil if all have the same.
  package var momentum: Double? { running.momentum }
  /// `num_batches_tracked`.
  public var counters: [Counter] { [running.tracked] }
  /// True with statistics by shard.
  public var sumsBuffers: Bool { statistics == .shard }

  /// Steps are independent, except for the statistics, which only count valid steps.
  public var lengthRule: LengthRule { .kept }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs and a few rows of channels.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    BatchNormPass(self, &plan, batch: batch, wantsInputGradient: wantsInputGradient, appliesReLU: false)
  }
}
