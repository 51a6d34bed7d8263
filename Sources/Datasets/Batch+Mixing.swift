import Tensors

extension Batch {
  /// Becomes a copy of one sample of another batch of the same data, which has no lengths.
  package func copy(sample: Int, of other: Batch) {
    resize(count: 1)
    copyRow(from: other.view, sample: sample, to: view)
    if case .values(let own) = targets, case .values(let values) = other.targets {
      copyRow(from: values, sample: sample, to: own)
    }
    guard targetLayout.areClasses else { return }
    for step in 0..<targetLayout.steps { classes[step] = other.classes[other.targetRow(step: step, sample: sample)] }
  }

  /// Mixes each sample with the one before it, the first with the only sample of `last`. The batch must have memory for mixed
  /// samples, and its samples must have no lengths.
  package func mix(_ mix: Mix, first last: Batch) {
    guard count > 0 else { return }
    precondition(!hasLengths, "samples of different lengths are not mixed")
    let (inputs, others) = (view, last.view)
    if let box = mix.box {
      forEachPair(of: inputs, with: others) { paste($1, into: $0, box: box) }
    } else {
      forEachPair(of: inputs, with: others) { blend($1, into: $0, of: inputs, share: mix.share) }
    }
    switch (targets, last.targets) {
    case (.values(let own), .values(let values)):
      forEachPair(of: own, with: values) { blend($1, into: $0, of: own, share: mix.share) }
    default: notePartners(last)
    }
    ownShare = Float(mix.share)
  }

  /// Notes each sample's second class.
  private func notePartners(_ last: Batch) {
    guard let partnerClasses else { preconditionFailure("this batch has no memory for mixed classes") }
    for step in 0..<targetLayout.steps {
      for sample in 0..<count {
        partnerClasses[targetRow(step: step, sample: sample)] =
          sample == 0
          ? last.classes[last.targetRow(step: step, sample: 0)] : classes[targetRow(step: step, sample: sample - 1)]
      }
    }
  }

  /// Calls `body` with each sample's values at a step, and those of the sample before it. The last comes first, so that what
  /// `body` writes is not read again.
  private func forEachPair(
    of view: TensorView, with last: TensorView,
    _ body: (_ own: UnsafeMutablePointer<Float>, _ other: UnsafeMutablePointer<Float>) -> Void
  ) {
    for step in 0..<view.steps {
      for sample in (0..<view.batch).reversed() {
        let other = sample == 0 ? last.row(step: step, sample: 0) : view.row(step: step, sample: sample - 1)
        body(view.row(step: step, sample: sample).floats, other.floats)
      }
    }
  }

  /// Rounds as torchvision does: each product, then their sum.
  private func blend(
    _ other: UnsafeMutablePointer<Float>, into own: UnsafeMutablePointer<Float>, of view: TensorView, share: Double
  ) {
    let (mine, rest) = (Float(share), Float(1 - share))
    for index in 0..<view.positions * view.stride { own[index] = other[index] * rest + own[index] * mine }
  }

  private func paste(
    _ other: UnsafeMutablePointer<Float>, into own: UnsafeMutablePointer<Float>, box: Mix.Box
  ) {
    let (width, channels) = (shape.extents[1], shape.features)
    for row in box.rows {
      let first = (row * width + box.columns.lowerBound) * channels
      (own + first).update(from: other + first, count: box.columns.count * channels)
    }
  }

  private func copyRow(from view: TensorView, sample: Int, to own: TensorView) {
    for step in 0..<view.steps {
      own.row(step: step, sample: 0).floats.update(
        from: view.row(step: step, sample: sample).floats, count: view.positions * view.stride)
    }
  }
}
