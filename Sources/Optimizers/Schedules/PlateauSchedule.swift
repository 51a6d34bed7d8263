import Tensors

/// A learning rate that falls when the loss stops falling, as PyTorch's `ReduceLROnPlateau` (mode min, relative threshold,
/// no cooldown): after more than `patience` losses in a row that are not below best · (1 − threshold), the rate is
/// multiplied by `factor`, down to `minimum`.
public final class PlateauSchedule: Schedule {
  private let factor: Double
  private let patience: Int
  private let threshold: Double
  private let minimum: Double
  private var best = Double.infinity
  private var badLosses = 0
  private var reductions = 0

  /// A schedule that has seen no loss.
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

  /// Counts the loss as good or bad, and reduces the rate after too many bad ones.
  public func observe(loss: Double) {
    if loss < best * (1 - threshold) {
      best = loss
      badLosses = 0
    } else {
      badLosses += 1
    }
    if badLosses > patience {
      reductions += 1
      badLosses = 0
    }
  }

  /// The best loss, if any; the number of bad losses since; and the number of reductions.
  public var state: [String: Double] {
    get {
      var state = ["badLosses": Double(badLosses), "reductions": Double(reductions)]
      if best.isFinite { state["best"] = best }
      return state
    }
    set {
      best = newValue["best"] ?? .infinity
      badLosses = newValue["badLosses"].flatMap(Int.init(exactly:)) ?? 0
      reductions = newValue["reductions"].flatMap(Int.init(exactly:)) ?? 0
    }
  }
}
