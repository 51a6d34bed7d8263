import Datasets
import Diagnostics
import Tensors

extension LossEntry {
  /// Checks that all targets are in the loss's range: 0 to 1 if it compares with probabilities. Of samples that are
  /// slow to load, only the first ones are checked.
  /// - Throws: `Failure` (data) naming the first sample, with its file, whose target is out of range.
  func checkTargets(of data: any Dataset) throws {
    guard needsProbabilities, case .values = data.targetLayout else { return }
    let capacity = max(1, min(data.count, 1024, (1 << 22) / data.inputShape.count))
    let batch = try Batch(for: data, capacity: capacity)
    var wrong: (place: String, value: Float)?
    var found = TargetRange()
    for start in stride(from: 0, to: data.loadsAhead ? min(data.count, 1024) : data.count, by: capacity) {
      let indices = Array(start..<min(start + capacity, data.count))
      try indices.withUnsafeBufferPointer { try data.load(epoch: 0, indices: $0, into: batch) }
      guard case .values(let view) = batch.targets else { return }
      for (row, index) in indices.enumerated() {
        for step in 0..<view.steps(ofSample: row) {
          for place in 0..<view.positions * view.columns {
            let value = view.row(step: step, sample: row)[place]
            found.add(value)
            guard wrong == nil, !(0...1).contains(value) else { continue }
            let step = view.steps > 1 ? " at step \(step)" : ""
            let number = view.positions * view.columns > 1 ? "number \(place) of the target" : "the target"
            wrong = ("\(data.place(of: index)): \(number)\(step)", value)
          }
        }
      }
    }
    guard let wrong else { return }
    throw Failure(
      .data, "\(wrong.place) is \(wrong.value), but loss \(kind) compares with numbers from 0 to 1",
      advice: found.advice)
  }
}

/// The range of the targets, to advise what to do with them.
private struct TargetRange {
  private var least = Float.infinity
  private var most = -Float.infinity
  private var areWhole = true

  mutating func add(_ value: Float) {
    least = min(least, value)
    most = max(most, value)
    areWhole = areWhole && value.rounded() == value
  }

  /// How such targets can be learned.
  var advice: String {
    switch (areWhole, least, most) {
    case (true, -1, 1): "-1 and 1 become 0 and 1 by (y + 1) / 2"
    case (true, 1, 2): "1 and 2 become 0 and 1 by y - 1"
    case (true, 0..., ...255) where most == 255: "numbers up to 255 become 0 to 1 by y / 255"
    case (true, _, ..<1000):
      "if each sample is of one of several classes, give its class index, loss: cross-entropy and an output for each "
        + "class; numbers go with loss: mse"
    default: "numbers go with loss: mse"
    }
  }
}
