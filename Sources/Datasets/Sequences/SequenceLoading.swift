import Tensors

extension SequenceDataset {
  /// Writes the samples to a batch: only the steps that each has.
  package func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) throws {
    try inputs.checkUnchanged()
    try targets.numbers?.checkUnchanged()
    batch.resize(count: indices.count) { length(of: indices[$0]) }
    for (place, index) in indices.enumerated() {
      try inputs.write(index, to: batch.view, place: place)
      try targets.write(index, to: batch, place: place)
    }
  }
}

extension SequenceTargets {
  /// Writes the target of a sample, or those of its steps, to a place of a batch.
  fileprivate func write(_ sample: Int, to batch: Batch, place: Int) throws {
    switch (self, batch.targets) {
    case (.none, .classes): batch.classes[place] = 0
    case (.classes(let classes), .classes): batch.classes[place] = classes[sample]
    case (.stepClasses(let classes, let offsets), .classes):
      for (step, row) in offsets.steps(of: sample).enumerated() {
        batch.classes[batch.targetRow(step: step, sample: place)] = classes[row]
      }
    case (.numbers(let numbers, _), .values(let view)), (.stepNumbers(let numbers), .values(let view)):
      try numbers.write(sample, to: view, place: place)
    default: preconditionFailure("a batch for \(batch.targetLayout.text) cannot hold these targets")
    }
  }
}
