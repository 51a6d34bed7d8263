import Optimizers

/// One learning rate throughout.
public struct ConstantScheduleSettings: Equatable, Sendable {
  /// How long the rate rises first.
  public var warmup = TrainingSpan.steps(0)
  /// The share of the rate that the rise starts from.
  public var warmupStart = 0.0
  /// The samples a step that the learning rate is meant for, or nil.
  public var scaleWithBatch: Int?

  /// Every default.
  public init() {}
}

extension ConstantScheduleSettings: ScheduleVariantSettings {
  static let name = "constant"
  static let doc = "one learning rate throughout"

  static let fields = sharedFields

  func makeSchedule(length: Int, stepsPerEpoch: Int) -> any Schedule { ConstantSchedule() }
}
