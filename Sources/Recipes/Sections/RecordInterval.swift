import Training

/// The distance between records.
public enum RecordInterval: Equatable, Sendable {
  /// Chosen so that a run has about a certain number of records, which depends on what is recorded.
  case automatic
  /// A number of steps or epochs; 0 for never.
  case span(TrainingSpan)

  /// The steps to record, for `samples` samples per epoch; about `times` in all if automatic.
  func cadence(times: Int, _ settings: TrainingSettings, samples: Int) -> StepCadence {
    let last = settings.totalSteps(samples: samples)
    switch self {
    case .automatic: return StepCadence(times: times, last: last)
    case .span(.steps(0)), .span(.epochs(0)): return .never
    case .span(let span):
      return StepCadence(every: max(1, span.steps(perEpoch: settings.stepsPerEpoch(samples: samples))), last: last)
    }
  }
}

extension ValueType<RecordInterval> {
  /// `auto`, or a number of steps or epochs, 0 included.
  static var recordInterval: ValueType {
    let rule = "auto, or steps or epochs, such as 500 steps or 2.5 epochs"
    return ValueType {
      .text(rule: rule, pattern: #"auto|[0-9]+( +steps?)?|[0-9.]+([eE][-+]?[0-9]+)? +epochs?"#)
    } read: { node, path, _ in
      if node.text == "auto" { return .automatic }
      let span = ValueType<TrainingSpan>.parse(node.text ?? "")
      switch span {
      case .steps(let steps)? where steps >= 0: return .span(.steps(steps))
      case .epochs(let epochs)? where epochs >= 0: return .span(.epochs(epochs))
      default: throw node.place.failure("\(path) must be \(rule), not \(node.named)")
      }
    } write: { interval in
      switch interval {
      case .automatic: .scalar("auto")
      case .span(let span): .scalar(span.recipeText)
      }
    }
  }
}
