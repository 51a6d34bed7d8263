/// The first elements of a vector, whose sums are divided among all ranks: each gets those of its own pieces alone
/// (reduce-scatter), makes something new of them, and gives that to all (allgather).
public struct Scatter: Equatable, Sendable {
  /// How many elements, whole cache lines.
  public let count: Int
  /// Pieces start at multiples of so many elements, whole cache lines.
  public let grain: Int

  /// Both.
  public init(count: Int, grain: Int) {
    self.count = count
    self.grain = grain
  }
}
