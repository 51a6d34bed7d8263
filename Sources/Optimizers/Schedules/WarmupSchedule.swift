/// A linear rise of the learning rate before another schedule begins, as PyTorch's `LinearLR` and then that one in a
/// `SequentialLR`: step t of N has s + (1 − s) · t/N of the rate that the other schedule starts with.
///
/// Goyal et al. 2017.
public struct WarmupSchedule: Schedule {
  private let steps: Int
  private let start: Double
  private let following: any Schedule

  /// A rise over `steps` steps from the share `start` of the rate; `following` counts its steps from its own start.
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

  /// Tells the other schedule.
  public func observe(loss: Double) { following.observe(loss: loss) }

  /// The other schedule's.
  public var state: [String: Double] {
    get { following.state }
    nonmutating set { following.state = newValue }
  }
}
