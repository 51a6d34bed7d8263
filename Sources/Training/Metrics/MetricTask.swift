import Diagnostics
import Layers
import Tensors

/// What a model's outputs mean, and how many there are: it decides which metrics are defined.
public enum MetricTask: Equatable, Sendable {
  /// One of this number of classes is right.
  case classes(Int)
  /// Each of this number of events happens or not.
  case events(Int)
  /// This number of numbers.
  case values(Int)

  /// The task of outputs of a shape under a loss.
  public init(_ loss: any Loss, outputs: Shape) {
    switch loss.meaning {
    case .classes: self = .classes(outputs.features)
    case .events: self = .events(outputs.features)
    case .values: self = .values(outputs.features)
    }
  }

  /// The task of a network.
  init(_ network: Network) { self.init(network.loss, outputs: network.model.outputShape) }

  /// Whether there are two classes, or one event.
  var isBinary: Bool { self == .classes(2) || self == .events(1) }

  /// Whether a metric is defined.
  public func has(_ metric: Metric) -> Bool {
    switch metric {
    case .loss: return true
    case .mae, .rmse, .r2:
      if case .values = self { return true }
    case .accuracy, .rocAUC, .averagePrecision, .logLoss, .calibrationError, .macroPrecision, .macroRecall, .macroF1,
      .weightedPrecision, .weightedRecall, .weightedF1:
      if case .values = self { return false }
      return true
    case .precision, .recall, .f1: return isBinary
    case .top(let count):
      if case .classes(let classes) = self { return classes > count }
    case .balancedAccuracy, .kappa, .matthews:
      if case .classes = self { return true }
      return isBinary
    case .subsetAccuracy, .microPrecision, .microRecall, .microF1:
      if case .events(let labels) = self { return labels > 1 }
    }
    return false
  }

  /// Every metric that is defined, in the order of tables; of `top-N` only `top-5`.
  public var all: [Metric] {
    let fixed = Metric.named.map(\.metric).filter(has)
    return has(.top(5)) ? fixed + [.top(5)] : fixed
  }

  /// The metrics that are measured unless the recipe names others.
  public var usual: [Metric] {
    switch self {
    case .classes(2): [.accuracy, .balancedAccuracy, .macroF1, .rocAUC]
    case .classes(let count): [.accuracy, .balancedAccuracy, .macroF1] + (count > 10 ? [.top(5)] : [])
    case .events(1): [.accuracy, .balancedAccuracy, .f1, .rocAUC, .averagePrecision]
    case .events: [.accuracy, .subsetAccuracy, .microF1, .macroF1]
    case .values: [.mae, .rmse, .r2]
    }
  }

  /// The task in words, for messages.
  package var text: String {
    switch self {
    case .classes(let count): counted(count, "class", "classes")
    case .events(let count): counted(count, "event")
    case .values: "numbers"
    }
  }
}
