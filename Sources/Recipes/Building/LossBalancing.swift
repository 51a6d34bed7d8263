import Datasets
import Diagnostics
import Tensors

extension LossEntry {
  /// The weights that balance the training samples; nil if the recipe asks for none. Where the data source does not know them,
  /// the targets are counted by loading all samples of the first epoch.
  /// - Throws: `Failure` (data) if a class or event never occurs, or if samples cannot be read.
  func balancingWeights(of training: any Dataset) throws -> [Double]? {
    guard let key = balancedKey, training.targetLayout.areClasses == (targetKind == .classes) else { return nil }
    if training.targetLayout.areClasses {
      return try classWeights(try classCounts(of: training), names: training.classNames, key: key)
    }
    return try eventWeights(of: training, key: key)
  }

  /// n / (k · n[c]) for each class, as scikit-learn's `compute_class_weight("balanced")`. A class that is left out has the
  /// weight 1.
  private func classWeights(_ counts: [Int], names: [String], key: String) throws -> [Double] {
    let counted = counts.indices.filter { $0 != uncountedTarget }
    if let missing = counted.first(where: { counts[$0] == 0 }) {
      throw Failure(
        .data, "loss.\(key) is balanced, but no training sample is of class \(names[missing])",
        advice: "leave the class out, or give a weight for each class")
    }
    let all = Double(counts.reduce(0, +))
    return counts.indices.map { $0 == uncountedTarget ? 1 : all / (Double(counted.count) * Double(counts[$0])) }
  }

  /// The number of samples, or of steps, of each class.
  private func classCounts(of training: any Dataset) throws -> [Int] {
    var counts = Array(repeating: 0, count: training.classNames.count)
    func add(_ target: Int32) {
      if Int(target) != uncountedTarget, counts.indices.contains(Int(target)) { counts[Int(target)] += 1 }
    }
    if let classes = training.classes {
      classes.forEach(add)
    } else {
      try training.forEachBatch { batch in
        for sample in 0..<batch.count {
          for step in 0..<batch.targetSteps(ofSample: sample) {
            add(batch.classes[batch.targetRow(step: step, sample: sample)])
          }
        }
      }
    }
    return counts
  }

  /// (n − p) / p for each column, in which p is the sum of the n targets; the `pos_weight` that PyTorch's documentation advises.
  private func eventWeights(of training: any Dataset, key: String) throws -> [Double] {
    guard case .values(let shape) = training.targetLayout else { return [] }
    var sums = Array(repeating: 0.0, count: shape.features)
    var count = 0.0
    try training.forEachBatch { batch in
      guard case .values(let view) = batch.targets else { return }
      for sample in 0..<batch.count {
        for row in view.rows(ofSample: sample) {
          count += 1
          for column in sums.indices { sums[column] += Double(view[row, column]) }
        }
      }
    }
    let names = training.targetNames
    return try sums.enumerated().map { column, sum in
      guard sum > 0, sum < count else {
        let output = column < names.count ? names[column] : "output \(column)"
        throw Failure(
          .data, "loss.\(key) is balanced, but the training targets of \(output) are all \(sum > 0 ? 1 : 0)",
          advice: "leave the output out, or give a weight for each")
      }
      return (count - sum) / sum
    }
  }
}

extension Dataset {
  /// Loads all samples of the first epoch in batches, in their order.
  fileprivate func forEachBatch(_ body: (Batch) -> Void) throws {
    let capacity = max(1, min(count, 1024, (1 << 22) / inputShape.count))
    let batch = try Batch(for: self, capacity: capacity)
    for start in stride(from: 0, to: count, by: capacity) {
      let indices = Array(start..<min(start + capacity, count))
      try indices.withUnsafeBufferPointer { try load(epoch: 0, indices: $0, into: batch) }
      body(batch)
    }
  }
}
