import Tensors

/// The running mean and variance of batch normalization, with PyTorch's names.
struct RunningStatistics {
  let mean, variance: Parameter
  /// Counts the batches.
  let tracked = Counter("num_batches_tracked")
  let momentum: Double?
  private let shape: Shape

  /// Whether they stay as they are and are used in training, too. They belong together: one alone cannot be frozen.
  var areFrozen: Bool { mean.isFrozen || variance.isFrozen }

  /// `momentum` is the share of each new batch; with nil, all batches have the same share.
  init(input: Shape, momentum: Double?) {
    func buffer(_ name: String, _ value: Float) -> Parameter {
      Parameter(name, shape: [input.features], initialization: .constant(value), flattened: input)
    }
    mean = buffer("running_mean", 0)
    variance = buffer("running_var", 1)
    self.momentum = momentum
    shape = input
  }

  /// Updates both from Σ (x − running mean) and Σ (x − mean)² over the `count` values of the global batch. The latter has
  /// `groups` means, which reduce the degrees of freedom of the variance.
  func update(
    first: UnsafePointer<Float>, second: UnsafePointer<Float>, groups: Int, count: Int, _ context: StepContext
  ) {
    let share = Float(momentum ?? 1 / Double(context.count(tracked)))
    let (mean, variance) = (context.values(ofBuffer: mean), context.values(ofBuffer: variance))
    for channel in 0..<shape.features {
      mean[channel] += share * (first[channel] / Float(count))
      // Single values have no variance.
      guard count > groups else { continue }
      let batch = second[channel] / Float(count - groups)
      // With share 1 the old value must vanish, without its rounding.
      variance[channel] = share == 1 ? batch : variance[channel] + share * (batch - variance[channel])
    }
  }
}
