import Optimizers
import Training

/// A schedule of the learning rate in recipes.
public protocol ScheduleEntry: RecipeEntry {
  /// The warm-up, and the samples per step that the rate is meant for.
  var start: ScheduleStart { get set }
  /// The length of the schedule after the warm-up; nil for the rest of the run, or if it has no end.
  var length: TrainingSpan? { get }
  /// The rate that the schedule always falls to; nil if there is none.
  var finalRate: Double? { get }

  /// Makes the schedule after the warm-up, over `length` steps, at least 1.
  func makeSchedule(length: Int, stepsPerEpoch: Int) -> any Schedule
}

/// The common keys of all schedules: the warm-up, and the samples per step that the rate is meant for.
public struct ScheduleStart: Equatable, Sendable {
  /// How the rate changes in a warm-up.
  public enum Method: String, Choice {
    /// It rises with each step.
    case linear
    /// It stays at the share that it starts from.
    case constant
  }

  /// The length of the warm-up, in which the rate rises before the schedule begins.
  public var warmup = TrainingSpan.steps(0)
  /// The share of the rate that the warm-up starts from.
  public var warmupStart = 0.0
  /// How the rate changes in the warm-up.
  public var warmupMethod = Method.linear
  /// The samples per step that the learning rate is meant for; nil to use the rate as it is.
  public var scaleWithBatch: Int?

  /// Every key at its default.
  public init() {}
}

extension ScheduleEntry {
  /// Nil: the rest of the run.
  public var length: TrainingSpan? { nil }
  /// Nil: no such rate.
  public var finalRate: Double? { nil }

  /// The common keys of all schedules.
  public static var sharedKeys: [RecipeKey<Self>] {
    [
      RecipeKey(
        "warmup", \.start.warmup, .span(allowsNone: true),
        "steps or epochs of a smaller rate before the schedule begins"),
      RecipeKey(
        "warmupStart", \.start.warmupStart, .number(.from(0, through: 1)),
        "the share of the schedule's first rate that the warm-up starts from; with 0 the very first step has rate 0"),
      RecipeKey(
        "warmupMethod", \.start.warmupMethod, .choice,
        "linear: the rate rises in the warm-up, or constant: it stays at warmupStart until the schedule begins"),
      RecipeKey(
        "scaleWithBatch", \.start.scaleWithBatch, .optional(.number(.atLeast(1))),
        "the samples per step that the learning rate is meant for, which is scaled in proportion to the actual ones; "
          + "or none"),
    ]
  }

  /// One line that describes the schedule.
  public var summary: String {
    let rise = [.steps(0), .epochs(0)].contains(start.warmup) ? "" : " after \(start.warmup.recipeText) of warm-up"
    return kind + rise
  }

  /// Makes the schedule of a run with `samples` training samples per epoch.
  func makeSchedule(_ settings: TrainingSettings, samples: Int) -> any Schedule {
    let perEpoch = settings.stepsPerEpoch(samples: samples)
    let rise = start.warmup.steps(perEpoch: perEpoch)
    let schedule = makeSchedule(
      length: max(1, settings.totalSteps(samples: samples) - rise), stepsPerEpoch: perEpoch)
    guard rise > 0 else { return schedule }
    return WarmupSchedule(
      steps: rise, start: start.warmupStart, isConstant: start.warmupMethod == .constant, following: schedule)
  }
}

extension EntryKind where Entry == any ScheduleEntry {
  /// The kind of all schedules.
  static var schedule: EntryKind { EntryKind("schedule", { $0.schedules.map { $0 } }, { $0 }) }
}

extension ValueType where Value == any ScheduleEntry {
  /// A schedule, by its name.
  static var schedule: ValueType { entry(.schedule, by: "name") }
}

extension Recipe {
  /// The learning rate that the schedule multiplies: the optimizer's, scaled in proportion to the samples per step if
  /// `scaleWithBatch` is set (Goyal et al. 2017, the linear scaling rule).
  public var baseLearningRate: Double {
    guard let reference = schedule.start.scaleWithBatch else { return optimizer.learningRate }
    return optimizer.learningRate * Double(batch * accumulate) / Double(reference)
  }
}
