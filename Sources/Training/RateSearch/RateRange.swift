import Optimizers
import Tensors

/// Learning rates that grow exponentially, from step to step by the same factor.
package struct RateRange: Equatable, Sendable {
  /// The rate of the first step.
  package let lowest: Double
  /// The rate of the last step.
  package let highest: Double
  /// The number of steps, at least 2.
  package let steps: Int

  /// A range of rates above 0; `highest` is above `lowest`.
  package init(from lowest: Double, to highest: Double, steps: Int) {
    precondition(lowest > 0 && highest > lowest && steps > 1, "a range has two ends")
    self.lowest = lowest
    self.highest = highest
    self.steps = steps
  }

  /// The rate of a step, counted from 0; the last rate after the end.
  package func rate(step: Int) -> Double {
    let share = Double(min(step, steps - 1)) / Double(steps - 1)
    return lowest * exponential(share * (naturalLogarithm(highest) - naturalLogarithm(lowest)))
  }
}

/// The rates of a range as a schedule, whatever the recipe's rate is.
struct RangeSchedule: Schedule {
  let range: RateRange

  /// The rate of a step.
  func learningRate(step: Int, base: Double) -> Double { range.rate(step: step) }
}
