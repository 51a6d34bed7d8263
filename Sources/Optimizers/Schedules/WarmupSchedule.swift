/// A linear rise of the learning rate before another schedule, as PyTorch's `SequentialLR` of `LinearLR` and that one:
/// step t of N has s + (1 − s) · t/N times the first rate of the other schedule.
///
/// Goyal et al. 2017.
public struct WarmupSchedule: Schedule {
  private let steps: Int
  private let start: Double
  private let following: any Schedule

  /// A rise over `steps` steps from the share `start` of the rate. The steps of `following` count from its own start.
  public init(steps: Int, start: Double = 0, following: any Schedule) {
    self.steps = steps
    self.start = start
    self.following = following
  }

  /// The rate of a step.
  public func learningRate(step: Int, base: Double) -> Double {
    guard step < steps else { return following.learningRate(step: step - steps, base: base) }
    return (start + (1 - start) * Double(step) / Double(steps)) * following.learningRate(step: 0, base: base)
  }

  /// Passes the value to the other schedule.
  public func observe(_ value: Double, better: MetricDirection) { following.observe(value, better: better) }

  /// The other schedule's state.
  public var state: [String: Double] {
    get { following.state }
    nonmutating set { following.state = newValue }
  }
}
