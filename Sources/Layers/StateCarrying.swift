/// A layer that carries states from one training batch to the next: a row for each of the rank's samples.
public protocol StateCarrying: AnyObject {
  /// The size of the global batch whose states are carried after training steps; 0 where there are none yet.
  var carriedBatch: Int { get set }
  /// Values of a row.
  var carriedWidth: Int { get }

  /// Where the rows of each carried vector start, in a fixed order.
  func carriedRows(_ context: StepContext) -> [UnsafeMutablePointer<Float>]
}
