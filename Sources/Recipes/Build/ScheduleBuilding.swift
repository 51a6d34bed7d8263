import Optimizers
import Training

extension ScheduleSettings {
  /// The schedule of a run of these numbers with so many samples an epoch.
  func makeSchedule(_ settings: TrainingSettings, samples: Int) -> any Schedule {
    let chosen = chosenSettings
    let perEpoch = settings.stepsPerEpoch(samples: samples)
    let warmup = chosen.warmup.steps(perEpoch: perEpoch)
    let length = max(1, settings.totalSteps(samples: samples) - warmup)
    let schedule = chosen.makeSchedule(length: length, stepsPerEpoch: perEpoch)
    return warmup == 0 ? schedule : WarmupSchedule(steps: warmup, start: chosen.warmupStart, following: schedule)
  }
}

extension Recipe {
  /// The learning rate that the schedule starts from: the optimizer's, in proportion to the samples of a step where
  /// the schedule says for how many it is meant (Goyal et al. 2017, the linear scaling rule).
  public var baseLearningRate: Double {
    guard let reference = schedule.chosenSettings.scaleWithBatch else { return optimizer.learningRate }
    return optimizer.learningRate * Double(batch * accumulate) / Double(reference)
  }
}

extension ScheduleSettings {
  /// The schedule in a few words, for people.
  public var summary: String {
    let warmup = chosenSettings.warmup
    let rise = [.steps(0), .epochs(0)].contains(warmup) ? "" : " after \(warmup.recipeText) of warm-up"
    return chosen.name + rise
  }
}
