import Diagnostics
import Training

/// When to measure on the validation samples, or on the test samples if there are none, and what.
public struct EvaluateSettings: RecipeSettings {
  /// Epochs between evaluations; 0 for the end of training only.
  public var every = 1
  /// What to measure besides the loss.
  public var metrics = [MetricChoice.usual]

  /// Every key at its default.
  public init() {}

  /// The keys in recipes.
  public static let form = RecipeForm<Self>(
    short: "every",
    keys: [
      RecipeKey("every", \.every, .number(.atLeast(0)), "epochs between evaluations; 0 is at the end only"),
      RecipeKey(
        "metrics", \.metrics, .list(.metric, least: 0),
        "what to measure besides the loss, such as macro-f1 or roc-auc; auto: the usual metrics of the task, "
          + "all: every metric that is defined (docs/metrics.md)"),
    ])
}

/// A metric in a recipe, or a word for several.
public enum MetricChoice: Equatable, Sendable {
  /// The usual metrics of the task.
  case usual
  /// Every metric that the task has.
  case all
  /// One metric.
  case one(Metric)

  /// The word in recipes.
  var name: String {
    switch self {
    case .usual: "auto"
    case .all: "all"
    case .one(let metric): metric.name
    }
  }
}

extension ValueType<MetricChoice> {
  /// A metric's name, `auto` or `all`.
  static var metric: ValueType {
    let names = ["auto", "all"] + Metric.names
    let others = names.filter { !$0.hasPrefix("top-") }.joined(separator: "|")
    let shape = ValueShape.text(
      rule: "auto, all, or a metric's name", pattern: "\(others)|top-([2-9]|[1-9][0-9]{1,8})")
    return ValueType {
      shape
    } read: { node, path, _ in
      guard let text = node.text else { throw mismatch(node, path, shape) }
      switch text {
      case "auto": return .usual
      case "all": return .all
      default:
        guard let metric = Metric(name: text) else {
          let unknown = unknownChoice(node, "\(path) cannot be", names)
          throw Failure(unknown.exitCode, unknown.message, advice: Metric.advice(onTop: text) ?? unknown.advice)
        }
        return .one(metric)
      }
    } write: {
      .scalar($0.name)
    }
  }
}
