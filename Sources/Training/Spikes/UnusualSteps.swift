/// Finds unusual steps, whose weights and gradient are recorded: those where a loss spike begins or the gradient's norm is
/// unusual. It only depends on the steps so far, so all ranks find the same.
struct UnusualSteps: Equatable, Codable {
  /// The number of unusual steps that may be recorded beyond the number of regular ones.
  private static let advance = 10

  private var losses = StepSpikeSearch()
  private var norms = GradientOutlierSearch()
  private var count = 0

  /// Adds the next step; returns whether to record it as unusual. At most about as many are recorded as the `regular` ones so
  /// far, so that a training with only unusual steps does not fill the disk. Allocates nothing.
  mutating func add(loss: Double, norm: Double, regular: Int) -> Bool {
    let begins = losses.add(loss) == .begins
    let isUnusual = norms.add(norm)
    guard begins || isUnusual, count < regular + UnusualSteps.advance else { return false }
    count += 1
    return true
  }

  /// A copy with its own memory, so that the next step need not copy.
  var copy: UnusualSteps {
    var copy = self
    copy.losses.detach()
    copy.norms.detach()
    return copy
  }
}
