import Optimizers
import Training

/// A schedule in recipes: the learning rate over the run.
public protocol ScheduleEntry: RecipeEntry {
  /// How long the rate rises before the schedule proper begins.
  var warmup: TrainingSpan { get set }
  /// The share of the rate that the rise starts from.
  var warmupStart: Double { get set }
  /// The number of samples a step for which the learning rate is meant, or nil to leave the rate alone.
  var scaleWithBatch: Int? { get set }
  /// How long the schedule proper takes; nil for the rest of the run, and if it has no end.
  var length: TrainingSpan? { get }
  /// The learning rate that the schedule falls to, if it names one that it always reaches.
  var finalRate: Double? { get }

  /// The schedule after the warm-up, over `length` steps, at least 1.
  func makeSchedule(length: Int, stepsPerEpoch: Int) -> any Schedule
}

extension ScheduleEntry {
  /// The rest of the run.
  public var length: TrainingSpan? { nil }
  /// Names no such rate.
  public var finalRate: Double? { nil }

  /// The keys that every schedule has.
  public static var sharedKeys: [RecipeKey<Self>] {
    [
      RecipeKey(
        "warmup", \.warmup, .span(allowsNone: true), "steps or epochs of linear rise before the schedule begins"),
      RecipeKey(
        "warmupStart", \.warmupStart, .number(.from(0, through: 1)), "the share of the rate that the rise starts from"),
      RecipeKey(
        "scaleWithBatch", \.scaleWithBatch, .optional(.number(.atLeast(1))),
        "samples a step that the learning rate is meant for; it grows in proportion with more, and shrinks with fewer; or "
          + "none"),
    ]
  }

  /// The schedule in a few words, for people.
  public var summary: String {
    let rise = [.steps(0), .epochs(0)].contains(warmup) ? "" : " after \(warmup.recipeText) of warm-up"
    return name + rise
  }

  /// The schedule of a run of these numbers with so many samples an epoch.
  func makeSchedule(_ settings: TrainingSettings, samples: Int) -> any Schedule {
    let perEpoch = settings.stepsPerEpoch(samples: samples)
    let rise = warmup.steps(perEpoch: perEpoch)
    let schedule = makeSchedule(
      length: max(1, settings.totalSteps(samples: samples) - rise), stepsPerEpoch: perEpoch)
    return rise == 0 ? schedule : WarmupSchedule(steps: rise, start: warmupStart, following: schedule)
  }
}

extension EntryKind where Entry == any ScheduleEntry {
  /// Schedules.
  static var schedule: EntryKind { EntryKind("schedule", { $0.schedules.map { $0 } }, { $0 }) }
}

extension ValueType where Value == any ScheduleEntry {
  /// A schedule, by its name.
  static var schedule: ValueType { entry(.schedule, by: "name") }
}

extension Recipe {
  /// The learning rate that the schedule starts from: the optimizer's, in proportion to the samples of a step where
  /// the schedule says for how many it is meant (Goyal et al. 2017, the linear scaling rule).
  public var baseLearningRate: Double {
    guard let reference = schedule.scaleWithBatch else { return optimizer.learningRate }
    return optimizer.learningRate * Double(batch * accumulate) / Double(reference)
  }
}
