/// How one rank takes part in sums, one after the other. It never waits.
protocol SumAlgorithm: AnyObject {
  /// This rank's nodes, which are free for writing whenever a sum is complete.
  var nodes: UnsafeMutablePointer<Float> { get }
  /// The sum, once it is complete.
  var result: UnsafePointer<Float> { get }

  /// This rank's nodes are written from `element` to the end. The first call after a sum begins the next one.
  func write(from element: Int)
  /// All nodes and status words are written.
  func writeAll()
  /// Does what can be done now.
  func advance() throws
  /// Whether something that is written still has to travel or be added.
  var isUnderWay: Bool { get }
  /// Does what can be done now; whether the sum and all ranks' status words are here.
  func isComplete() throws -> Bool
  /// Waits for other ranks of the machine, up to some microseconds awake and some asleep. Whether they have come, or nil if
  /// messages are waited for instead.
  func wait(spin: UInt32, sleep: UInt32) -> Bool?
}
