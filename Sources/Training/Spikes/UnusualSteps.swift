/// Finds steps whose weights and gradient are worth a record: a spike of the loss begins, or the gradient's norm is
/// unusual. A function of the steps so far, so that all ranks know it alike.
struct UnusualSteps: Equatable, Codable {
  /// Unusual steps that may be recorded before any step at regular intervals.
  private static let advance = 10

  private var losses = StepSpikeSearch()
  private var norms = GradientOutlierSearch()
  private var count = 0

  /// Takes the next step in; true where it is to be recorded besides the `regular` ones that were so far. There are about
  /// as many unusual ones at most, so that a training without a usual step does not fill the disk. Allocates nothing.
  mutating func add(loss: Double, norm: Double, regular: Int) -> Bool {
    let begins = losses.add(loss) == .begins
    let isUnusual = norms.add(norm)
    guard begins || isUnusual, count < regular + UnusualSteps.advance else { return false }
    count += 1
    return true
  }

  /// The same in memory of its own, so that the next step need not make a copy.
  var copy: UnusualSteps {
    var copy = self
    copy.losses.detach()
    copy.norms.detach()
    return copy
  }
}
