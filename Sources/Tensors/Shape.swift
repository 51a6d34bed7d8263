/// The shape of one sample, without the batch: `[features]`, `[steps, features]` or `[height, width, channels]`.
///
/// Channels (features) always come last; `TensorView` describes a batch in memory. Shapes are equal if their extents are
/// equal; `flattenedFrom` does not count.
public struct Shape: Hashable, Sendable, CustomStringConvertible {
  /// The extents, outermost first.
  public let extents: [Int]
  /// The extents of the image that a vector was flattened from, if PyTorch has its features in another order (channel by
  /// channel); otherwise nil.
  public let flattenedFrom: [Int]?

  /// Makes a shape from its extents.
  public init(_ extents: [Int]) {
    self.extents = extents
    flattenedFrom = nil
  }

  private init(flattening image: Shape) {
    extents = [image.count]
    flattenedFrom = image.extents
  }

  /// A vector of features.
  public static func vector(_ features: Int) -> Shape { Shape([features]) }

  /// A sequence of feature vectors.
  public static func sequence(steps: Int, features: Int) -> Shape { Shape([steps, features]) }

  /// An image of height × width pixels with channels.
  public static func image(height: Int, width: Int, channels: Int) -> Shape { Shape([height, width, channels]) }

  /// The innermost extent.
  public var features: Int { extents.last ?? 0 }

  /// The number of time steps; 1 if this is not a sequence.
  public var steps: Int { isSequence ? extents[0] : 1 }

  /// The number of pixels; 1 if this is not an image.
  public var positions: Int { isImage ? extents[0] * extents[1] : 1 }

  /// Whether this is a sequence.
  public var isSequence: Bool { extents.count == 2 }

  /// Whether this is an image.
  public var isImage: Bool { extents.count == 3 }

  /// The number of values.
  public var count: Int { extents.reduce(1, *) }

  /// The number of values of a batch, its rows padded to whole groups of lanes.
  public func paddedCount(batch: Int) -> Int { batch * steps * positions * paddedToLanes(features) }

  /// A vector of all values, step by step or pixel by pixel. A vector stays the same, with its `flattenedFrom`.
  public var flattened: Shape {
    guard extents.count > 1 else { return self }
    return positions > 1 && features > 1 ? Shape(flattening: self) : .vector(count)
  }

  /// Whether the extents are the same.
  public static func == (left: Shape, right: Shape) -> Bool { left.extents == right.extents }

  /// Hashes the extents.
  public func hash(into hasher: inout Hasher) { hasher.combine(extents) }

  /// Whether both are equal, or sequences that differ only in the number of steps.
  public func isAlike(_ other: Shape) -> Bool {
    self == other || isSequence && other.isSequence && features == other.features
  }

  /// The same steps or pixels with other features.
  public func with(features: Int) -> Shape { Shape(extents.dropLast() + [features]) }

  /// The shape in words for messages, for example `a sequence of 8×8`.
  public var text: String {
    "\(isImage ? "an image" : isSequence ? "a sequence" : "a vector") of \(self)"
  }

  /// The extents, for example `8×8`.
  public var description: String { extents.map(String.init).joined(separator: "×") }
}
