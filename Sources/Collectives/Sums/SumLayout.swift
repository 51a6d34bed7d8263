/// The layout of a sum: its vector, the status words that travel with it, and how both travel. The same on all ranks.
public struct SumLayout: Sendable {
  /// The number of floats in a vector.
  public var elementCount: Int
  /// The number of status words of each rank.
  public var statusCount: Int
  /// The maximum length, in bytes, of a vector that travels whole, in few messages; nil for the default limits.
  public var wholeLimit: Int?
  /// The approximate length of a bucket, in bytes; nil for the default.
  public var bucketBytes: Int?
  /// Elements where writing stages begin; buckets start there if possible.
  public var boundaries: [Int]
  /// The rounding of sums at the tree's parts and root; nil for none.
  public var compression: Compression?
  /// The sums that are divided among the ranks; nil if all ranks get all sums. Needs several ranks.
  public var scatter: Scatter?

  /// A layout; omitted arguments have their default.
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

/// The first elements of a vector, whose sums are divided among all ranks (reduce-scatter). Each rank gets the sums of its
/// pieces, computes new values from them, and shares these with all (allgather).
public struct Scatter: Equatable, Sendable {
  /// The number of elements, a multiple of 16.
  public let count: Int
  /// Pieces start at multiples of this number of elements, itself a multiple of 16.
  public let grain: Int

  /// The first `count` elements, in pieces that start at multiples of `grain`.
  public init(count: Int, grain: Int) {
    self.count = count
    self.grain = grain
  }
}
