import Collectives
import Layers
import Optimizers
import Tensors

/// The end of each update: the values that other ranks made arrive, and then the average takes in all of them.
///
/// The weights have it as their `arrival`, so that readers get the values after the last step. It needs no calls of other
/// ranks: their values travel in the background.
final class ValueArrival: WeightArrival {
  private let pieces: PieceShare?
  private let values: FloatBuffer
  private let average: WeightAverage?
  private let activity: Activity
  private var isDue = false
  private var step = 0

  /// Ends updates of `values`, which ranks exchange by `pieces`; nil if every rank makes the whole update.
  init(_ values: FloatBuffer, pieces: PieceShare?, average: WeightAverage?, activity: Activity) {
    self.values = values
    self.pieces = pieces
    self.average = average
    self.activity = activity
  }

  /// Call it after this rank's part of an update; `step` counts updates from 0.
  func begin(step: Int) {
    isDue = true
    self.step = step
  }

  /// Waits until the values before an offset have arrived; with nil, until all have, as must be before the next sum begins.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  func awaitValues(below offset: Int?) throws {
    guard isDue else { return }
    if let pieces { try activity.during(.receiving) { try pieces.awaitValues(below: offset) } }
    guard offset == nil else { return }
    average?.update(values.base, step: step)
    isDue = false
  }
}
