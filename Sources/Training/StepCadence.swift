/// At which steps of a run something is done: a function of the step alone, so that all ranks know it alike.
public struct StepCadence: Equatable, Sendable {
  /// Steps from one to the next; 0: never.
  public let every: Int
  /// The last step of the run, which counts, too, as the first does.
  public let last: Int

  /// Every `every` steps, and at the first and the last of a run of `last` steps.
  public init(every: Int, last: Int) {
    self.every = every
    self.last = last
  }

  /// So far apart that it happens about `times` times in a run of `last` steps.
  public init(times: Int, last: Int) {
    self.init(every: (max(last, 1) - 1) / times + 1, last: last)
  }

  /// At no step.
  public static let never = StepCadence(every: 0, last: 0)

  /// Whether it is done at a step, counted from 1.
  public func includes(_ step: Int) -> Bool {
    every > 0 && (step.isMultiple(of: every) || step == 1 || step == last)
  }
}
