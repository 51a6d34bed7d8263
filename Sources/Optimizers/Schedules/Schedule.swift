/// The learning rate over the steps of a run.
///
/// All but `PlateauSchedule` are pure functions of the step, counted from 0.
public protocol Schedule {
  /// The learning rate of a step; `base` is the recipe's.
  func learningRate(step: Int, base: Double) -> Double
  /// Called with the latest value of the monitored metric: of an evaluation on the validation samples, or the mean of an
  /// epoch's training losses. `better` says which values are better.
  func observe(_ value: Double, better: MetricDirection)
  /// The state for checkpoints: finite numbers by name. Setting it restores the schedule.
  var state: [String: Double] { get nonmutating set }
}

extension Schedule {
  /// Does nothing.
  public func observe(_ value: Double, better: MetricDirection) {}
  /// Empty: most schedules depend on the step only.
  public var state: [String: Double] {
    get { [:] }
    nonmutating set {}
  }
}
