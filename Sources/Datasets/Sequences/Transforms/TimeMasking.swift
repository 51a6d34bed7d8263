import Images

/// Sets all channels to 0 for some spans of steps.
///
/// Park et al. 2019, "SpecAugment" (arXiv 1904.08779).
package struct TimeMasking: SequenceTransform {
  /// The longest span.
  package enum Limit: Equatable, Sendable {
    /// A share of the sample's steps.
    case share(Double)
    /// A number of steps.
    case steps(Int)
  }

  /// The name in recipes.
  package static let name = "time-masking"
  /// The number of spans.
  package let count: Int
  /// The longest span.
  package let limit: Limit

  /// Takes the number of spans, and the longest.
  package init(count: Int, limit: Limit) { (self.count, self.limit) = (count, limit) }

  /// Draws each span's length up to the limit, then its first step, both uniform; and sets its steps to 0.
  package func apply(to steps: SampleSteps, random: TransformRandom) {
    let most =
      switch limit {
      case .share(let share): Int(share * Double(steps.count))
      case .steps(let number): min(number, steps.count)
      }
    for span in 0..<count {
      let length = random.integer(2 * span, in: 0...most)
      let start = random.integer(2 * span + 1, in: 0...steps.count - length)
      for step in start..<start + length { steps[step].update(repeating: 0, count: steps.features) }
    }
  }
}
