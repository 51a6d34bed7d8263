/// When to write down training's progress.
public struct RecordSettings: Equatable, Sendable {
  /// Steps between lines of `metrics.jsonl`.
  public var every = 1

  /// Every default.
  public init() {}
}

extension RecordSettings: Settings {
  static let fields: [Field<RecordSettings>] = [
    Field("every", \.every, .number(.atLeast(1)), "steps between lines of metrics.jsonl")
  ]
}
