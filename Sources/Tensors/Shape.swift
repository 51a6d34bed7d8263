/// The shape of one sample, without the batch: `[features]`, `[steps, features]` or `[height, width, channels]`.
///
/// Channels (features) come last everywhere; a batch of sequences lies in memory time-major (see `TensorView`).
public struct Shape: Equatable, Sendable, CustomStringConvertible {
  /// The extents, outermost first.
  public let extents: [Int]

  /// Makes a shape from its extents.
  public init(_ extents: [Int]) {
    self.extents = extents
  }

  /// A vector of features.
  public static func vector(_ features: Int) -> Shape { Shape([features]) }

  /// A sequence of feature vectors.
  public static func sequence(steps: Int, features: Int) -> Shape { Shape([steps, features]) }

  /// The innermost extent.
  public var features: Int { extents.last ?? 0 }

  /// The number of time steps; 1 for a vector.
  public var steps: Int { extents.count == 2 ? extents[0] : 1 }

  /// Whether this is a sequence.
  public var isSequence: Bool { extents.count == 2 }

  /// For example `8×8`.
  public var description: String { extents.map(String.init).joined(separator: "×") }
}
