/// What has a name within a model; layers that hold others put those' names before it.
protocol Named: AnyObject {
  var name: String { get set }
}

extension Counter: Named {}
extension Parameter: Named {}

/// A whole number that a layer counts while training and keeps with its parameters: a 64-bit scalar in weights files.
public final class Counter {
  /// The name within the model, for example `1.num_batches_tracked`.
  public internal(set) var name: String
  /// What has been counted.
  public var value: Int64 = 0

  /// A counter at 0.
  public init(_ name: String) {
    self.name = name
  }
}
