import Optimizers
import Training

/// The first step at which a recipe's learning rate differs from the one that a run used.
public struct ScheduleDifference: Equatable, Sendable {
  /// The first step, counted from 1, with another rate.
  public let step: Int
  /// The rates of that step: the one used, and the recipe's.
  public let former, own: Double
  /// The rates of the last step done, and of the next one with this recipe.
  public let last, next: Double
  /// The value of schedule.length that keeps the former rates; nil if the schedule has no such key.
  public let length: String?
}

extension Recipe {
  /// Finds the first of the `done` finished updates for which this recipe's rate differs from the former one's, with
  /// `samples` training samples per epoch; nil if none does. The recipe then describes the whole run.
  public func firstChangedRate(from former: Recipe, done: Int, settings: TrainingSettings, samples: Int)
    -> ScheduleDifference?
  {
    func schedule(_ recipe: Recipe) -> (any Schedule, TrainingSettings) {
      var settings = settings
      (settings.epochs, settings.steps) = (recipe.epochs, recipe.steps)
      settings.learningRate = recipe.baseLearningRate
      return (recipe.schedule.makeSchedule(settings, samples: samples), settings)
    }
    let ((own, _), (before, old)) = (schedule(self), schedule(former))
    let base = former.baseLearningRate
    func rates(_ step: Int) -> (Double, Double) {
      (before.learningRate(step: step, base: base), own.learningRate(step: step, base: baseLearningRate))
    }
    guard let step = (0..<done).first(where: { rates($0).0 != rates($0).1 }) else { return nil }
    let warmup = former.schedule.start.warmup.steps(perEpoch: old.stepsPerEpoch(samples: samples))
    let written = former.written.lazy.compactMap { entry -> String? in
      guard entry.key == "schedule", case .mapping(let entries) = entry.value else { return nil }
      return entries.first { $0.key == "length" }?.value.flowText
    }.first
    let rest = max(1, old.totalSteps(samples: samples) - warmup)
    return ScheduleDifference(
      step: step + 1, former: rates(step).0, own: rates(step).1, last: rates(done - 1).0, next: rates(done).1,
      length: written == "none" ? "\(rest) steps" : written)
  }
}
