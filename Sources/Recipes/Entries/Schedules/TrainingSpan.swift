/// A span of training, in steps or in epochs.
public enum TrainingSpan: Equatable, Sendable {
  /// Updates of the weights.
  case steps(Int)
  /// Passes over the training data; fractions are allowed.
  case epochs(Double)

  /// The span in whole steps, rounded to the nearest.
  public func steps(perEpoch: Int) -> Int {
    switch self {
    case .steps(let steps): steps
    case .epochs(let epochs): Int(min((epochs * Double(perEpoch)).rounded(), 1e15))
    }
  }

  /// The text in a recipe: `500 steps` or `2.5 epochs`.
  var recipeText: String {
    switch self {
    case .steps(1): "1 step"
    case .steps(let steps): "\(steps) steps"
    case .epochs(1): "1 epoch"
    case .epochs(let epochs): "\(epochs.recipeText) epochs"
    }
  }
}

extension ValueType<TrainingSpan> {
  /// A number of steps or epochs; a bare number means steps. 0 is allowed if `allowsNone`.
  static func span(allowsNone: Bool) -> ValueType {
    let rule = "steps or epochs, such as 500 steps or 2.5 epochs"
    let range = allowsNone ? "at least 0" : "greater than 0"
    let shape = ValueShape.text(
      rule: "\(rule), \(range)", pattern: #"[0-9]+( +steps?)?|[0-9.]+([eE][-+]?[0-9]+)? +epochs?"#)
    return ValueType {
      shape
    } read: { node, path, _ in
      guard let span = parse(node.text ?? "") else {
        throw node.place.failure("\(path) must be a number of \(rule), not \(node.named)")
      }
      let isPositive =
        switch span {
        case .steps(let steps): steps > 0
        case .epochs(let epochs): epochs > 0
        }
      guard isPositive || (allowsNone && [.steps(0), .epochs(0)].contains(span)) else {
        throw node.place.failure("\(path) must be \(range), not \(node.named)")
      }
      return span
    } write: {
      .scalar($0.recipeText)
    }
  }

  /// Parses a text, whatever its sign; nil if it is no span.
  static func parse(_ text: String) -> TrainingSpan? {
    let fields = text.split(separator: " ")
    guard let number = fields.first, fields.count <= 2 else { return nil }
    switch fields.dropFirst().first ?? "steps" {
    case "step", "steps":
      guard case .value(let steps) = Int.reading(String(number)) else { return nil }
      return .steps(steps)
    case "epoch", "epochs":
      guard case .value(let epochs) = Double.reading(String(number)) else { return nil }
      return .epochs(epochs)
    default: return nil
    }
  }
}
