import Tensors

extension SequenceDataset {
  /// Writes the samples to a batch: only the steps that each has.
  package func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) {
    batch.resize(count: indices.count) { length(of: indices[$0]) }
    for (place, index) in indices.enumerated() {
      inputs.write(index, to: batch.view, place: place)
      targets.write(index, to: batch, place: place)
    }
  }
}

extension RaggedSteps<Float> {
  /// Writes the steps of a sample to a place of a batch.
  fileprivate func write(_ sample: Int, to view: TensorView, place: Int) {
    values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      for (step, row) in steps(of: sample).enumerated() {
        view.row(step: step, sample: place).floats.update(from: base + row * features, count: features)
      }
    }
  }
}

extension SequenceTargets {
  /// Writes the target of a sample, or those of its steps, to a place of a batch.
  fileprivate func write(_ sample: Int, to batch: Batch, place: Int) {
    switch (self, batch.targets) {
    case (.none, .classes): batch.classes[place] = 0
    case (.classes(let classes), .classes): batch.classes[place] = classes[sample]
    case (.stepClasses(let classes, let offsets), .classes):
      for (step, row) in (offsets[sample]..<offsets[sample + 1]).enumerated() {
        batch.classes[batch.targetRow(step: step, sample: place)] = classes[row]
      }
    case (.numbers(let numbers, let shape), .values(let view)):
      numbers.withUnsafeBufferPointer { numbers in
        guard let base = numbers.baseAddress else { return }
        view.row(sample: place).floats.update(from: base + sample * shape.count, count: shape.count)
      }
    case (.stepNumbers(let numbers), .values(let view)): numbers.write(sample, to: view, place: place)
    default: preconditionFailure("a batch for \(batch.targetLayout.text) cannot hold these targets")
    }
  }
}
