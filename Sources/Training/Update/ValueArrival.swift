import Collectives
import Optimizers
import Tensors

/// The end of each update: the values that other ranks made come, and then the average takes all of them in.
///
/// The model has it as its `arrival`, so that whoever reads values gets those after the last step. It waits for this rank
/// alone: what other ranks send travels without their calls.
final class ValueArrival {
  private let reducer: TreeReducer?
  private let values: FloatBuffer
  private let average: WeightAverage?
  private let activity: Activity?
  private var isDue = false
  private var step = 0

  /// Ends updates of `values`, which `reducer` shares, or nobody where every rank makes them all.
  init(_ values: FloatBuffer, sharedBy reducer: TreeReducer?, average: WeightAverage?, activity: Activity?) {
    self.values = values
    self.reducer = reducer
    self.average = average
    self.activity = activity
  }

  /// This rank's part of an update is made; `step` counts updates from 0.
  func begin(step: Int) {
    isDue = true
    self.step = step
  }

  /// Waits until all values have come, as they must before the next reduction begins.
  /// - Throws: `Failure` where the ranks cannot exchange data.
  func awaitValues() throws {
    guard isDue else { return }
    if let reducer {
      let before = activity?.now
      if let before { activity?.enter(.receiving, step: before.step) }
      try reducer.awaitValues()
      if let before { activity?.enter(before.phase, step: before.step) }
    }
    average?.update(values.base, step: step)
    isDue = false
  }

  /// Waits until the values before an offset have come.
  /// - Throws: as `awaitValues`.
  func awaitValues(below offset: Int) throws { try reducer?.awaitValues(below: offset) }
}
