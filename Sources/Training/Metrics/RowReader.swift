import Datasets
import Layers
import Tensors

/// Reads what outputs contribute to metrics, row by row.
protocol RowReader {
  associatedtype Row: SampleRow

  /// Reads the rows of a batch that was evaluated. `add` takes each row, and `score` its score for each class or label.
  func read(
    _ outputs: TensorView, of batch: Batch, predictions: (Int) -> Int?, add: (Row) -> Void,
    score: (ScoredRow, Int) -> Void)
}

/// Reads logits of classes.
struct ClassReader: RowReader {
  private let classes: Int
  private let hasProbabilities, hasRanks, hasScores: Bool

  /// Reads what the metrics need.
  init(_ metrics: [Metric], classes: Int) {
    self.classes = classes
    hasProbabilities = metrics.contains(.logLoss) || metrics.contains(.calibrationError)
    hasRanks = metrics.contains { if case .top = $0 { true } else { false } }
    hasScores = metrics.contains(where: \.ranksScores)
  }

  func read(
    _ outputs: TensorView, of batch: Batch, predictions: (Int) -> Int?, add: (ClassRow) -> Void,
    score: (ScoredRow, Int) -> Void
  ) {
    for place in 0..<outputs.batch {
      let sample = Int32(truncatingIfNeeded: batch.samples[place])
      for step in 0..<outputs.steps(ofSample: place) {
        let index = outputs.index(step: step, sample: place)
        guard let predicted = predictions(index) else { continue }
        let actual = batch.classes[batch.targetRow(step: step, sample: place)]
        let z = UnsafeBufferPointer(start: outputs.base.floats + index * outputs.stride, count: classes)
        var row = ClassRow(sample: sample, actual: actual, predicted: Int32(predicted))
        if hasRanks { row.rank = rank(z, Int(actual)) }
        if hasProbabilities || hasScores {
          let sum = ExponentialSum(z)
          row.confidence = 1 / sum.value
          row.logLoss = sum.entropy(of: z[Int(actual)])
          if hasScores { addScores(z, sum, sample, actual, score) }
        }
        add(row)
      }
    }
  }

  private func rank(_ z: UnsafeBufferPointer<Float>, _ actual: Int) -> Int32 {
    let own = z[actual]
    var rank: Int32 = 0
    for (index, other) in z.enumerated() where other > own || other == own && index < actual { rank += 1 }
    return rank
  }

  private func addScores(
    _ z: UnsafeBufferPointer<Float>, _ sum: ExponentialSum, _ sample: Int32, _ actual: Int32,
    _ score: (ScoredRow, Int) -> Void
  ) {
    if classes == 2 {
      score(ScoredRow(score: z[1] - z[0], sample: sample, isPositive: actual == 1), 0)
      return
    }
    for (index, value) in z.enumerated() {
      score(
        ScoredRow(score: sum.logOdds(of: value, at: index), sample: sample, isPositive: Int(actual) == index), index)
    }
  }
}

/// Σ exp(z − greatest z), in double precision; NaN if some z is not finite.
struct ExponentialSum {
  /// The sum.
  let value: Double
  private let greatest: Float
  private let place: Int
  /// The sum without the greatest, and the greatest of the others.
  private let others: Double
  private let second: Float

  init(_ z: UnsafeBufferPointer<Float>) {
    var (greatest, place, second) = (-Float.infinity, 0, -Float.infinity)
    var isFinite = true
    for (index, value) in z.enumerated() {
      isFinite = isFinite && value.isFinite
      if value > greatest {
        (second, greatest, place) = (greatest, value, index)
      } else if value > second {
        second = value
      }
    }
    var others = isFinite ? 0 : Double.nan
    for (index, value) in z.enumerated() where isFinite && index != place {
      others += exponential(Double(value) - Double(greatest))
    }
    (self.greatest, self.place, self.second, self.others) = (greatest, place, second, others)
    value = 1 + others
  }

  /// −log of the probability of a class with the output z.
  func entropy(of z: Float) -> Double {
    value.isNaN ? .nan : naturalLogarithm(value) - (Double(z) - Double(greatest))
  }

  /// log (p / (1 − p)) of the class at an index, with the output z. It orders like the probability p, but large ones do not
  /// become equal by rounding to 1.
  func logOdds(of z: Float, at index: Int) -> Float {
    if value.isNaN { return .nan }
    let distance = Double(z) - Double(greatest)
    guard index == place else { return Float(distance - naturalLogarithm(value - exponential(distance))) }
    return others > 0 ? Float(-naturalLogarithm(others)) : greatest - second
  }
}

/// Reads logits of one event as those of two classes: it happens, or not.
struct EventReader: RowReader {
  func read(
    _ outputs: TensorView, of batch: Batch, predictions: (Int) -> Int?, add: (ClassRow) -> Void,
    score: (ScoredRow, Int) -> Void
  ) {
    EventsReader.forEach(outputs, of: batch) { sample, _, event in
      score(ScoredRow(score: event.logit, sample: sample, isPositive: event.isActual), 0)
      add(
        ClassRow(
          sample: sample, actual: event.isActual ? 1 : 0, predicted: event.isPredicted ? 1 : 0,
          confidence: event.confidence, logLoss: event.logLoss))
    }
  }
}

/// Reads logits of several events.
struct EventsReader: RowReader {
  /// An event's logit and target.
  struct Event {
    let logit: Float
    let target: Float

    /// Whether the event happens.
    var isActual: Bool { target > 0.5 }
    /// Whether its probability is more than ½.
    var isPredicted: Bool { logit > 0 }
    /// The probability of what is predicted.
    var confidence: Double { logit.isFinite ? 1 / (1 + exponential(-Double(logit.magnitude))) : .nan }
    /// −y log p − (1 − y) log (1 − p), with the target y and the probability p.
    var logLoss: Double {
      guard logit.isFinite else { return .nan }
      let z = Double(logit)
      return max(z, 0) - z * Double(target) + naturalLogarithm(1 + exponential(-z.magnitude))
    }
  }

  func read(
    _ outputs: TensorView, of batch: Batch, predictions: (Int) -> Int?, add: (EventRow) -> Void,
    score: (ScoredRow, Int) -> Void
  ) {
    var areRight = true
    EventsReader.forEach(outputs, of: batch) { sample, label, event in
      areRight = (label == 0 || areRight) && event.isActual == event.isPredicted
      score(ScoredRow(score: event.logit, sample: sample, isPositive: event.isActual), label)
      add(
        EventRow(
          sample: sample, label: Int32(label), isActual: event.isActual, isPredicted: event.isPredicted,
          confidence: event.confidence, logLoss: event.logLoss))
      guard label == outputs.columns - 1 else { return }
      add(EventRow(sample: sample, label: -1, isActual: true, isPredicted: areRight))
    }
  }

  /// Calls `body` for each event of each row.
  fileprivate static func forEach(
    _ outputs: TensorView, of batch: Batch, _ body: (_ sample: Int32, _ label: Int, _ event: Event) -> Void
  ) {
    ValueReader.forEachRow(outputs, of: batch) { sample, outputs, targets in
      for label in outputs.indices { body(sample, label, Event(logit: outputs[label], target: targets[label])) }
    }
  }
}

/// Reads outputs that are numbers: a row for each output.
struct ValueReader: RowReader {
  func read(
    _ outputs: TensorView, of batch: Batch, predictions: (Int) -> Int?, add: (ValueRow) -> Void,
    score: (ScoredRow, Int) -> Void
  ) {
    ValueReader.forEachRow(outputs, of: batch) { sample, outputs, targets in
      for index in outputs.indices {
        add(ValueRow(sample: sample, index: Int32(index), output: outputs[index], target: targets[index]))
      }
    }
  }

  /// Calls `body` for each row of outputs with its targets.
  fileprivate static func forEachRow(
    _ outputs: TensorView, of batch: Batch,
    _ body: (_ sample: Int32, _ outputs: UnsafeBufferPointer<Float>, _ targets: UnsafeBufferPointer<Float>) -> Void
  ) {
    guard case .values(let targets) = batch.targets else { return }
    for place in 0..<outputs.batch {
      let sample = Int32(truncatingIfNeeded: batch.samples[place])
      for step in 0..<outputs.steps(ofSample: place) {
        for position in 0..<outputs.positions {
          let own = outputs.row(step: step, sample: place, position: position).floats
          let wanted = targets.row(step: step, sample: place, position: position).floats
          body(
            sample, UnsafeBufferPointer(start: own, count: outputs.columns),
            UnsafeBufferPointer(start: wanted, count: outputs.columns))
        }
      }
    }
  }
}
