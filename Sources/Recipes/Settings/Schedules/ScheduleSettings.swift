import Optimizers

/// The learning-rate schedules.
public enum ScheduleSettings: Equatable, Sendable {
  /// One rate throughout.
  case constant(ConstantScheduleSettings)
  /// A factor every so many steps.
  case step(StepScheduleSettings)
  /// Half a cosine.
  case cosine(CosineScheduleSettings)
  /// A rise and a fall.
  case oneCycle(OneCycleScheduleSettings)
  /// A power of the steps left.
  case polynomial(PolynomialScheduleSettings)
  /// A factor whenever the loss stops falling.
  case plateau(PlateauScheduleSettings)
}

extension ScheduleSettings: Variant {
  static let noun = "schedule"

  static let variants: [VariantCase<ScheduleSettings>] = [
    VariantCase(ScheduleSettings.constant) { if case .constant(let settings) = $0 { settings } else { nil } },
    VariantCase(ScheduleSettings.step) { if case .step(let settings) = $0 { settings } else { nil } },
    VariantCase(ScheduleSettings.cosine) { if case .cosine(let settings) = $0 { settings } else { nil } },
    VariantCase(ScheduleSettings.oneCycle) { if case .oneCycle(let settings) = $0 { settings } else { nil } },
    VariantCase(ScheduleSettings.polynomial) { if case .polynomial(let settings) = $0 { settings } else { nil } },
    VariantCase(ScheduleSettings.plateau) { if case .plateau(let settings) = $0 { settings } else { nil } },
  ]

  /// The learning rate that the schedule falls to, where it names one that it always reaches.
  public var minimum: Double? {
    switch self {
    case .cosine(let settings): settings.minimum
    case .polynomial(let settings): settings.minimum
    case .constant, .step, .oneCycle, .plateau: nil
    }
  }

  /// The settings of the chosen schedule.
  var chosenSettings: any ScheduleVariantSettings {
    switch self {
    case .constant(let settings): settings
    case .step(let settings): settings
    case .cosine(let settings): settings
    case .oneCycle(let settings): settings
    case .polynomial(let settings): settings
    case .plateau(let settings): settings
    }
  }
}

/// What every schedule's settings have.
protocol ScheduleVariantSettings: VariantSettings {
  /// How long the rate rises before the schedule proper begins.
  var warmup: TrainingSpan { get set }
  /// The share of the rate that the rise starts from.
  var warmupStart: Double { get set }
  /// The number of samples a step for which the learning rate is meant, or nil to leave the rate alone.
  var scaleWithBatch: Int? { get set }
  /// How long the schedule proper takes; nil for the rest of the run, and where it has no end.
  var length: TrainingSpan? { get }

  /// The schedule after the warm-up, over `length` steps at least 1.
  func makeSchedule(length: Int, stepsPerEpoch: Int) -> any Schedule
}

extension ScheduleVariantSettings {
  var length: TrainingSpan? { nil }

  /// The keys of what every schedule has.
  static var sharedFields: [Field<Self>] {
    [
      Field("warmup", \.warmup, .span(allowsNone: true), "steps or epochs of linear rise before the schedule begins"),
      Field(
        "warmupStart", \.warmupStart, .number(.from(0, through: 1)), "the share of the rate that the rise starts from"),
      Field(
        "scaleWithBatch", \.scaleWithBatch, .optional(.number(.atLeast(1))),
        "samples a step that the learning rate is meant for; it grows in proportion with more, and shrinks with fewer; or "
          + "none"),
    ]
  }
}
