import Optimizers

/// A number that an evaluation measures besides the loss, known by its name in recipes. `docs/metrics.md` has the definitions.
public enum Metric: Hashable, Sendable {
  /// The loss that training minimizes.
  case loss
  /// The share of right predictions.
  case accuracy
  /// The share of samples whose class is among this number of classes with the largest outputs.
  case top(Int)
  /// The mean recall of the classes that occur.
  case balancedAccuracy
  /// Precision, recall and F1 of the second of two classes, or of one event.
  case precision, recall, f1
  /// The means over classes or labels.
  case macroPrecision, macroRecall, macroF1
  /// The means over classes or labels, each weighted by how often it occurs.
  case weightedPrecision, weightedRecall, weightedF1
  /// Of all labels' counts together.
  case microPrecision, microRecall, microF1
  /// The share of samples whose labels are all right.
  case subsetAccuracy
  /// Cohen's kappa.
  case kappa
  /// Matthews' correlation coefficient.
  case matthews
  /// The area under the ROC curve.
  case rocAUC
  /// The average precision.
  case averagePrecision
  /// The mean of −log of the probability of what is right.
  case logLoss
  /// The expected calibration error, in 15 bins.
  case calibrationError
  /// The mean absolute difference.
  case mae
  /// The root of the mean squared difference.
  case rmse
  /// The coefficient of determination.
  case r2

  /// All metrics with a fixed name, in the order of tables.
  static let named: [(metric: Metric, name: String)] = [
    (.loss, "loss"), (.accuracy, "accuracy"), (.balancedAccuracy, "balanced-accuracy"),
    (.subsetAccuracy, "subset-accuracy"), (.precision, "precision"), (.recall, "recall"), (.f1, "f1"),
    (.macroPrecision, "macro-precision"), (.macroRecall, "macro-recall"), (.macroF1, "macro-f1"),
    (.weightedPrecision, "weighted-precision"), (.weightedRecall, "weighted-recall"), (.weightedF1, "weighted-f1"),
    (.microPrecision, "micro-precision"), (.microRecall, "micro-recall"), (.microF1, "micro-f1"), (.kappa, "kappa"),
    (.matthews, "matthews"), (.rocAUC, "roc-auc"), (.averagePrecision, "average-precision"), (.logLoss, "log-loss"),
    (.calibrationError, "calibration-error"), (.mae, "mae"), (.rmse, "rmse"), (.r2, "r2"),
  ]

  /// The metric of a name such as `macro-f1` or `top-5`; nil if there is none.
  public init?(name: String) {
    if let found = Metric.named.first(where: { $0.name == name }) {
      self = found.metric
    } else if name.hasPrefix("top-"), let count = Int(name.dropFirst(4)), count > 1, name == "top-\(count)" {
      self = .top(count)
    } else {
      return nil
    }
  }

  /// The name in recipes and files.
  public var name: String {
    if case .top(let count) = self { return "top-\(count)" }
    return Metric.named.first { $0.metric == self }?.name ?? ""
  }

  /// All names, for messages.
  package static var names: [String] { named.map(\.name) + ["top-5"] }

  /// The direction in which it improves.
  public var direction: MetricDirection {
    switch self {
    case .loss, .logLoss, .calibrationError, .mae, .rmse: .least
    default: .greatest
    }
  }

  /// Whether it is none of loss and accuracy, which reports have in any case.
  package var isFurther: Bool { self != .loss && self != .accuracy }

  /// Whether it is a share of samples or of the like, shown as a percentage.
  package var isShare: Bool {
    switch self {
    case .loss, .kappa, .matthews, .rocAUC, .averagePrecision, .logLoss, .mae, .rmse, .r2: false
    default: true
    }
  }

  /// Whether it needs all scores in order, which takes more memory than counts.
  var ranksScores: Bool { self == .rocAUC || self == .averagePrecision }
}

/// In the order of tables, `top-N` last.
extension Metric: Comparable {
  private var place: Int {
    if case .top(let count) = self { return Metric.named.count + count }
    return Metric.named.firstIndex { $0.metric == self } ?? 0
  }

  /// Whether a metric comes before another.
  public static func < (a: Metric, b: Metric) -> Bool { a.place < b.place }
}
