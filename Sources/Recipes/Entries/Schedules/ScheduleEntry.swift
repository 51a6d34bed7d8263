import Optimizers
import Training

/// A schedule in recipes: the learning rate over the run.
public protocol ScheduleEntry: RecipeEntry {
  /// What the rate starts from before the schedule proper begins.
  var start: ScheduleStart { get set }
  /// How long the schedule proper takes; nil for the rest of the run, and if it has no end.
  var length: TrainingSpan? { get }
  /// The learning rate that the schedule falls to, if it names one that it always reaches.
  var finalRate: Double? { get }

  /// The schedule after the warm-up, over `length` steps, at least 1.
  func makeSchedule(length: Int, stepsPerEpoch: Int) -> any Schedule
}

/// What the learning rate of any schedule starts from.
public struct ScheduleStart: Equatable, Sendable {
  /// How long the rate rises before the schedule proper begins.
  public var warmup = TrainingSpan.steps(0)
  /// The share of the rate that the rise starts from.
  public var warmupStart = 0.0
  /// The samples a step that the learning rate is meant for; nil leaves the rate alone.
  public var scaleWithBatch: Int?

  /// Every default.
  public init() {}
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
        "warmup", \.start.warmup, .span(allowsNone: true), "steps or epochs of linear rise before the schedule begins"),
      RecipeKey(
        "warmupStart", \.start.warmupStart, .number(.from(0, through: 1)),
        "the share of the rate that the rise starts from"),
      RecipeKey(
        "scaleWithBatch", \.start.scaleWithBatch, .optional(.number(.atLeast(1))),
        "samples a step that the learning rate is meant for; it grows in proportion with more, and shrinks with fewer; or "
          + "none"),
    ]
  }

  /// The schedule in a few words, for people.
  public var summary: String {
    let rise = [.steps(0), .epochs(0)].contains(start.warmup) ? "" : " after \(start.warmup.recipeText) of warm-up"
    return name + rise
  }

  /// The schedule of a run of these numbers with this many samples an epoch.
  func makeSchedule(_ settings: TrainingSettings, samples: Int) -> any Schedule {
    let perEpoch = settings.stepsPerEpoch(samples: samples)
    let rise = start.warmup.steps(perEpoch: perEpoch)
    let schedule = makeSchedule(
      length: max(1, settings.totalSteps(samples: samples) - rise), stepsPerEpoch: perEpoch)
    return rise == 0 ? schedule : WarmupSchedule(steps: rise, start: start.warmupStart, following: schedule)
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
  /// The learning rate that the schedule starts from: the optimizer's, in proportion to the samples of a step if
  /// the schedule says for how many it is meant (Goyal et al. 2017, the linear scaling rule).
  public var baseLearningRate: Double {
    guard let reference = schedule.start.scaleWithBatch else { return optimizer.learningRate }
    return optimizer.learningRate * Double(batch * accumulate) / Double(reference)
  }
}
