import Diagnostics
import Optimizers
import Training

/// The metric that judges a training.
public struct MonitorSettings: RecipeSettings {
  /// Which values of the metric are better.
  public enum Direction: String, Choice {
    /// Those that are better by the metric's meaning.
    case auto
    /// The least.
    case least
    /// The greatest.
    case greatest
  }

  /// The metric's name, or `auto`.
  public var metric = "auto"
  /// Which values are better.
  public var direction = Direction.auto

  /// Every key at its default.
  public init() {}

  /// The keys in recipes.
  public static let form = RecipeForm<Self>(
    short: "metric",
    keys: [
      RecipeKey(
        "metric", \.metric, .text,
        "a metric such as loss or accuracy; auto: accuracy if the loss has one, else the loss, which a plateau schedule "
          + "watches in any case"),
      RecipeKey(
        "direction", \.direction, .choice, "which values are better: least, greatest, or auto, by the metric's meaning"),
    ])

  /// Checks that there is such a metric.
  public func check(_ section: RecipeSection) throws {
    guard metric != "auto", MetricDirection(of: metric) == nil else { return }
    throw section.conflict(
      of: ["metric"], "\(section.path(of: "metric")) cannot be \"\(metric)\"",
      advice: Metric.advice(onTop: metric) ?? FamiliarKeys.advice(on: metric, among: Metric.names)
        ?? "it must be auto or one of \(Metric.names.joined(separator: ", "))")
  }

  /// The same for the training.
  public var monitor: Monitor {
    Monitor(metric: metric == "auto" ? nil : metric, direction: MetricDirection(rawValue: direction.rawValue))
  }
}
