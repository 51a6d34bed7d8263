import Tensors

/// What batch normalization remembers of the batches of training, under PyTorch's names.
struct RunningStatistics {
  let mean, variance: Parameter
  /// Counts the batches.
  let tracked = Counter("num_batches_tracked")
  let momentum: Double?
  private let shape: Shape

  /// Each batch's values take the share `momentum`; with nil all batches have the same share.
  init(input: Shape, momentum: Double?) {
    func buffer(_ name: String, _ value: Float) -> Parameter {
      Parameter(name, shape: [input.features], initialization: .constant(value), flattened: input)
    }
    mean = buffer("running_mean", 0)
    variance = buffer("running_var", 1)
    self.momentum = momentum
    shape = input
  }

  /// The next step, from Σ (x − running mean) and Σ (x − mean)² over the `count` values of the global batch; of the latter's
  /// means there are `groups`, which leave the variance so many degrees of freedom less.
  func update(
    first: UnsafePointer<Float>, second: UnsafePointer<Float>, groups: Int, count: Int, _ context: StepContext
  ) {
    let share = Float(momentum ?? 1 / Double(context.count(tracked)))
    let (mean, variance) = (context.values(ofBuffer: mean), context.values(ofBuffer: variance))
    for channel in 0..<shape.features {
      mean[channel] += share * (first[channel] / Float(count))
      // Single values tell nothing of a variance.
      guard count > groups else { continue }
      let batch = second[channel] / Float(count - groups)
      // Of a first batch that counts alone nothing of the old value may be left, not even its rounding.
      variance[channel] = share == 1 ? batch : variance[channel] + share * (batch - variance[channel])
    }
  }
}
