/// A vector that ranks add up, the status words that travel with it, and how both travel; the same on all ranks.
public struct SumLayout: Sendable {
  /// The number of floats in a vector.
  public var elementCount: Int
  /// The number of status words of each rank.
  public var statusCount: Int
  /// The longest vector, in bytes, that travels whole, so that few messages do; nil for the usual limits.
  public var wholeLimit: Int?
  /// The approximate length of a bucket, which travels by itself between machines; nil for the usual one.
  public var bucketBytes: Int?
  /// Elements from which on the vector is written at once; buckets start there if that fits.
  public var boundaries: [Int]
  /// How the vector is rounded at the tree's parts and at its root, or nil.
  public var compression: Compression?
  /// The sums that are divided among the ranks, or nil; it needs several ranks.
  public var scatter: Scatter?

  /// A layout; what is left out has the usual value.
  public init(
    elementCount: Int, statusCount: Int = 0, wholeLimit: Int? = nil, bucketBytes: Int? = nil, boundaries: [Int] = [],
    compression: Compression? = nil, scatter: Scatter? = nil
  ) {
    self.elementCount = elementCount
    self.statusCount = statusCount
    self.wholeLimit = wholeLimit
    self.bucketBytes = bucketBytes
    self.boundaries = boundaries
    self.compression = compression
    self.scatter = scatter
  }
}

/// The first elements of a vector, if their sums are divided among all ranks (reduce-scatter): each rank gets the sums of
/// its pieces, makes new values of them, and shares these with all (allgather).
public struct Scatter: Equatable, Sendable {
  /// The number of elements, whole cache lines.
  public let count: Int
  /// Pieces start at multiples of this number of elements, whole cache lines.
  public let grain: Int

  /// The first `count` elements, in pieces that start at multiples of `grain`.
  public init(count: Int, grain: Int) {
    self.count = count
    self.grain = grain
  }
}
