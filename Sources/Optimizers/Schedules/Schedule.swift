/// The learning rate over the steps of a run.
///
/// All but the plateau are pure functions of the step. Steps are updates of the weights, counted from 0.
public protocol Schedule {
  /// The learning rate of a step; `base` is the recipe's.
  func learningRate(step: Int, base: Double) -> Double
  /// Learns the latest loss: on the validation samples after an evaluation, or the mean of an epoch's training losses.
  func observe(loss: Double)
  /// What a checkpoint must keep, finite numbers by name; setting it restores the schedule.
  var state: [String: Double] { get nonmutating set }
}

extension Schedule {
  /// Does nothing.
  public func observe(loss: Double) {}
  /// Nothing: the step says it all.
  public var state: [String: Double] {
    get { [:] }
    nonmutating set {}
  }
}
