/// Computes the distributions of tensors, reusing its memory.
struct DistributionFinder {
  /// The most values for quantiles; larger tensors are sampled at a fixed interval, the same for tensors of the same
  /// size.
  static let sampleSize = 4096

  private var sample: [Float] = []

  /// The distributions of all parameters, their gradients and their updates. Tensors without any finite value are left
  /// out.
  mutating func distributions(_ copy: TensorCopy) -> [TensorDistribution] {
    var result: [TensorDistribution] = []
    for kind in TensorDistribution.Kind.allCases {
      let values =
        switch kind {
        case .weight: copy.weights
        case .gradient: copy.gradient
        case .update: copy.update
        }
      for segment in copy.segments {
        let found = values[segment.range].withUnsafeBufferPointer { distribution(segment.name, kind, $0) }
        if let found { result.append(found) }
      }
    }
    return result
  }

  /// The distribution of one tensor; nil if none of its values is finite.
  mutating func distribution(
    _ name: String, _ kind: TensorDistribution.Kind, _ values: UnsafeBufferPointer<Float>
  ) -> TensorDistribution? {
    var (minimum, maximum) = (Float.infinity, -Float.infinity)
    var (sum, squares) = (0.0, 0.0)
    for value in values {
      minimum = value < minimum ? value : minimum
      maximum = value > maximum ? value : maximum
      sum += Double(value)
      squares += Double(value) * Double(value)
    }
    guard squares.isFinite else {
      let finite = values.filter(\.isFinite)
      return finite.isEmpty ? nil : finite.withUnsafeBufferPointer { distribution(name, kind, $0) }
    }
    guard !values.isEmpty else { return nil }
    let mean = sum / Double(values.count)
    let deviations = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return TensorDistribution(
      name: name, kind: kind, count: values.count, minimum: minimum, maximum: maximum, sum: sum,
      sumOfSquares: squares, sumOfDeviations: deviations, quantiles: quantiles(values, minimum, maximum),
      counts: counts(values, minimum, maximum))
  }

  private mutating func quantiles(
    _ values: UnsafeBufferPointer<Float>, _ minimum: Float, _ maximum: Float
  ) -> [Float] {
    sample.removeAll(keepingCapacity: true)
    let spacing = (values.count - 1) / DistributionFinder.sampleSize + 1
    for place in stride(from: 0, to: values.count, by: spacing) { sample.append(values[place]) }
    sample.sort()
    return TensorDistribution.shares.map { share in
      if share == 0 { return minimum }
      if share == 1 { return maximum }
      let place = share * Double(sample.count - 1)
      let (low, rest) = (Int(place), Float(place - place.rounded(.down)))
      let high = min(low + 1, sample.count - 1)
      return sample[low] + (sample[high] - sample[low]) * rest
    }
  }

  private func counts(_ values: UnsafeBufferPointer<Float>, _ minimum: Float, _ maximum: Float) -> [Int] {
    var counts = [Int](repeating: 0, count: TensorDistribution.bins)
    let width = Double(maximum) - Double(minimum)
    let scale = width > 0 ? Double(TensorDistribution.bins) / width : 0
    for value in values {
      counts[min(Int((Double(value) - Double(minimum)) * scale), TensorDistribution.bins - 1)] += 1
    }
    return counts
  }
}
