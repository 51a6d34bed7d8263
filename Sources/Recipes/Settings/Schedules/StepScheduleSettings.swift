import Optimizers

/// A learning rate that falls by a factor every so many steps or epochs.
public struct StepScheduleSettings: Equatable, Sendable {
  /// From one fall to the next.
  public var stepSize = TrainingSpan.epochs(30)
  /// What the rate is multiplied by.
  public var gamma = 0.1
  /// How long the rate rises first.
  public var warmup = TrainingSpan.steps(0)
  /// The share of the rate that the rise starts from.
  public var warmupStart = 0.0
  /// The samples a step that the learning rate is meant for, or nil.
  public var scaleWithBatch: Int?

  /// Every default.
  public init() {}
}

extension StepScheduleSettings: ScheduleVariantSettings {
  static let name = "step"
  static let doc = "the rate falls by a factor every so many steps or epochs"

  static let fields: [Field<StepScheduleSettings>] =
    [
      Field("stepSize", \.stepSize, .span(allowsNone: false), "steps or epochs from one fall to the next"),
      Field("gamma", \.gamma, .number(.from(0, through: 1)), "what the rate is multiplied by"),
    ] + sharedFields

  func makeSchedule(length: Int, stepsPerEpoch: Int) -> any Schedule {
    StepSchedule(stepSize: max(1, stepSize.steps(perEpoch: stepsPerEpoch)), gamma: gamma)
  }
}
