/// Selects steps of a run at regular intervals. It only depends on the step, so all ranks select the same.
public struct StepCadence: Equatable, Sendable {
  /// The interval in steps; 0 for no steps.
  public let every: Int
  /// The last step of the run, which is always selected, like the first.
  public let last: Int

  /// Every `every` steps, and the first and the last step of a run of `last` steps.
  public init(every: Int, last: Int) {
    self.every = every
    self.last = last
  }

  /// About `times` steps of a run of `last` steps.
  public init(times: Int, last: Int) {
    self.init(every: (max(last, 1) - 1) / times + 1, last: last)
  }

  /// No steps.
  public static let never = StepCadence(every: 0, last: 0)

  /// Whether a step, counted from 1, is selected.
  public func includes(_ step: Int) -> Bool {
    every > 0 && (step.isMultiple(of: every) || step == 1 || step == last)
  }
}
