import Tensors

/// A change of images, as torchvision's transform of the same name; it gives or takes floats from 0 to 1.
///
/// Random choices are drawn first, as plain parameters, and applied after that. So the same parameters always give the
/// same image.
public protocol Transform: Sendable {
  /// The random choices.
  associatedtype Parameters: Sendable

  /// The name in recipes.
  static var name: String { get }
  /// Whether it changes an image in the same way in every epoch.
  var isDeterministic: Bool { get }

  /// The size of the result for an image of size `input` (nil: any size); nil if it is not fixed.
  func outputSize(for input: ImageSize?) -> ImageSize?
  /// Draws the parameters for an image of this size.
  func draw(size: ImageSize, random: TransformRandom) -> Parameters
  /// Changes the image.
  /// - Throws: `Failure` (data) if the image is too small, (system) if there is not enough memory.
  func apply(_ parameters: Parameters, to canvas: Canvas) throws
}

extension Transform {
  /// The input's size, which most transforms keep.
  public func outputSize(for input: ImageSize?) -> ImageSize? { input }

  /// Draws parameters and applies them.
  func run(on canvas: Canvas, random: TransformRandom) throws {
    try apply(draw(size: canvas.size, random: random), to: canvas)
  }
}

/// A transform that is not random.
public protocol DeterministicTransform: Transform where Parameters == Void {}

extension DeterministicTransform {
  /// True.
  public var isDeterministic: Bool { true }
  /// Draws nothing.
  public func draw(size: ImageSize, random: TransformRandom) {}
}

/// A transform that changes images with a probability, always in the same way, and else leaves them as they are.
public protocol ChanceTransform: Transform where Parameters == Bool {
  /// The probability of a change.
  var probability: Double { get }
  /// Changes the image.
  /// - Throws: `Failure` (system) if there is not enough memory.
  func change(_ canvas: Canvas) throws
}

extension ChanceTransform {
  /// True if all images or none are changed.
  public var isDeterministic: Bool { probability <= 0 || probability >= 1 }

  /// Draws whether to change the image.
  public func draw(size: ImageSize, random: TransformRandom) -> Bool { random.chance(0, of: probability) }

  /// Changes the image if `changes`.
  public func apply(_ changes: Bool, to canvas: Canvas) throws {
    if changes { try change(canvas) }
  }
}

/// The random numbers of one transform in a pipeline, for one sample in one epoch.
public struct TransformRandom: Sendable {
  private let philox: Philox
  private let epoch: Int
  private let sample: Int
  private let first: Int

  /// Numbers that depend only on the generator's seed and purpose, the epoch, the sample's index and the transform's
  /// place in the list.
  public init(_ philox: Philox, epoch: Int, sample: Int, place: Int) {
    self.philox = philox
    self.epoch = epoch
    self.sample = sample
    first = place << 16
  }

  /// Number `element` (below 65536), uniform in `range` without its upper end.
  public func uniform(_ element: Int, in range: ClosedRange<Double>) -> Double {
    let share = Double(philox.uniform(epoch: epoch, sample: sample, element: first + element))
    return range.lowerBound + share * (range.upperBound - range.lowerBound)
  }

  /// Number `element` (below 65536), true with a probability.
  public func chance(_ element: Int, of probability: Double) -> Bool { uniform(element, in: 0...1) < probability }

  /// Number `element` (below 65536), normal with mean 0 and deviation 1.
  package func normal(_ element: Int) -> Double {
    philox.normal(epoch: epoch, sample: sample, element: first + element)
  }

  /// The logarithm of a number of the gamma distribution, number `index` (below 64). Its words are elements from 32768 on.
  func logarithmOfGamma(_ index: Int, shape: Double) -> Double {
    philox.logarithmOfGamma(shape: shape, epoch: epoch, sample: sample, block: (first + 1 << 15) >> 2 + 64 * index)
  }

  /// Calls `body` with the index and the value of `count` normal numbers of mean 0 and deviation 1. They are not those
  /// of `normal` if there are at most 2²⁴, and the transform is at one of the first 256 places.
  package func forEachNormal(count: Int, _ body: (Int, Double) -> Void) {
    philox.forEachNormal(count: count, epoch: epoch, sample: sample, from: 1 << 33 + first << 8, body)
  }

  /// Number `element` (below 65536), a whole number in `range`.
  public func integer(_ element: Int, in range: ClosedRange<Int>) -> Int {
    philox.integer(in: range, epoch: epoch, sample: sample, element: first + element)
  }
}
