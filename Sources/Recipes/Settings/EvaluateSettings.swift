/// When to measure on the validation samples, or the test's where there are none.
public struct EvaluateSettings: Equatable, Sendable {
  /// Epochs between evaluations; 0 for the end of training only.
  public var every = 1

  /// Every default.
  public init() {}
}

extension EvaluateSettings: Settings {
  static let shortKey: String? = "every"

  static let fields: [Field<EvaluateSettings>] = [
    Field("every", \.every, .number(.atLeast(0)), "epochs between evaluations; 0 is at the end only")
  ]
}
