/// The same learning rate at every step.
public struct ConstantSchedule: Schedule {
  /// A constant schedule.
  public init() {}

  /// The base rate, at any step.
  public func learningRate(step: Int, base: Double) -> Double { base }
}
