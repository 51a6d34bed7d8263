import Tensors

/// A learning rate that falls when a metric stops improving, as PyTorch's `ReduceLROnPlateau` (relative threshold, no
/// cooldown): after more than `patience` values in a row that are not below best · (1 − threshold), or not above
/// best · (1 + threshold) if the greatest is the best, the rate is multiplied by `factor`, down to `minimum`.
public final class PlateauSchedule: Schedule {
  private let factor: Double
  private let patience: Int
  private let threshold: Double
  private let minimum: Double
  private var best: Double?
  private var badLosses = 0
  private var reductions = 0

  /// A schedule that has seen no value.
  public init(factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4, minimum: Double = 0) {
    self.factor = factor
    self.patience = patience
    self.threshold = threshold
    self.minimum = minimum
  }

  /// The base rate after the reductions so far; it does not depend on the step.
  public func learningRate(step: Int, base: Double) -> Double {
    // A minimum above the base rate does not raise it.
    max(base * power(factor, reductions), min(minimum, base))
  }

  /// Counts the value as good or bad, and reduces the rate after too many bad ones.
  public func observe(_ value: Double, better: MetricDirection) {
    if isGood(value, better) {
      best = value
      badLosses = 0
    } else {
      badLosses += 1
    }
    if badLosses > patience {
      reductions += 1
      badLosses = 0
    }
  }

  private func isGood(_ value: Double, _ better: MetricDirection) -> Bool {
    better == .least ? value < (best ?? .infinity) * (1 - threshold) : value > (best ?? -.infinity) * (1 + threshold)
  }

  /// The best value, if any; the number of bad ones since; and the number of reductions.
  public var state: [String: Double] {
    get {
      var state = ["badLosses": Double(badLosses), "reductions": Double(reductions)]
      if let best, best.isFinite { state["best"] = best }
      return state
    }
    set {
      best = newValue["best"]
      badLosses = newValue["badLosses"].flatMap(Int.init(exactly:)) ?? 0
      reductions = newValue["reductions"].flatMap(Int.init(exactly:)) ?? 0
    }
  }
}
