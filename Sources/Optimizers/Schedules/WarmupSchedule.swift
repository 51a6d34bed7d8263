/// A linear rise of the learning rate before another schedule, as PyTorch's `SequentialLR` of `LinearLR` and that one:
/// step t of N has s + (1 − s) · t/N times the first rate of the other schedule. Or a constant rate, as with `ConstantLR`: s
/// times the first rate of the other schedule.
///
/// Goyal et al. 2017.
public struct WarmupSchedule: Schedule {
  private let steps: Int
  private let start: Double
  private let isConstant: Bool
  private let following: any Schedule

  /// A rise over `steps` steps from the share `start` of the rate, or that share in all of them. The steps of `following` count
  /// from its own start.
  public init(steps: Int, start: Double = 0, isConstant: Bool = false, following: any Schedule) {
    self.isConstant = isConstant
    self.steps = steps
    self.start = start
    self.following = following
  }

  /// The rate of a step.
  public func learningRate(step: Int, base: Double) -> Double {
    guard step < steps else { return following.learningRate(step: step - steps, base: base) }
    if isConstant { return start * following.learningRate(step: 0, base: base) }
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
