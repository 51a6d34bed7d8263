/// One rank's work on sums, one after the other. Only `wait` waits.
protocol SumAlgorithm: AnyObject {
  /// This rank's nodes. They may be written whenever no sum is running.
  var nodes: UnsafeMutablePointer<Float> { get }
  /// The sum, once it is complete.
  var result: UnsafePointer<Float> { get }

  /// Marks this rank's nodes as written from `element` to the end. The first call after a sum begins the next one.
  func write(from element: Int)
  /// Marks all nodes and status words as written.
  func writeAll()
  /// Does all that is possible without waiting.
  func advance() throws
  /// Whether written values still have to travel or be added.
  var isUnderWay: Bool { get }
  /// Advances; returns whether the sum and all ranks' status words are complete.
  func isComplete() throws -> Bool
  /// Waits for other ranks of the machine, spinning and sleeping for up to these microseconds. Returns whether they have
  /// come, or nil if messages must be polled instead.
  func wait(spin: UInt32, sleep: UInt32) -> Bool?
}
