/// The same learning rate at every step.
public struct ConstantSchedule: Schedule {
  /// The schedule.
  public init() {}

  /// The base rate.
  public func learningRate(step: Int, base: Double) -> Double { base }
}
