import Tensors

/// A learning rate that falls by a factor every `stepSize` steps, as PyTorch's `StepLR`: η · γ^⌊t / stepSize⌋.
public struct StepSchedule: Schedule {
  private let stepSize: Int
  private let gamma: Double

  /// A schedule with a factor of `gamma` every `stepSize` steps.
  public init(stepSize: Int, gamma: Double) {
    precondition(stepSize > 0, "a step has a length")
    self.stepSize = stepSize
    self.gamma = gamma
  }

  /// The rate of a step.
  public func learningRate(step: Int, base: Double) -> Double { base * power(gamma, step / stepSize) }
}
