import Tensors

/// A change of images, as torchvision's of the same name: to floats from 0 to 1, or of them.
///
/// What chance decides is drawn first, as plain parameters, and applied then: so the same parameters always give the
/// same image.
public protocol Transform: Sendable {
  /// What chance decides.
  associatedtype Parameters: Sendable

  /// The name in recipes.
  static var name: String { get }
  /// Whether it does the same to an image in every epoch.
  var isDeterministic: Bool { get }

  /// The size of what becomes of an image of size `input` (nil: of any size); nil where that is not fixed.
  func outputSize(for input: ImageSize?) -> ImageSize?
  /// The parameters for an image of this size.
  func draw(size: ImageSize, random: TransformRandom) -> Parameters
  /// Changes the image.
  /// - Throws: `Failure` (data) where the image is too small, (system) where there is not enough memory.
  func apply(_ parameters: Parameters, to canvas: Canvas) throws
}

extension Transform {
  /// Only some have another size than their input.
  public func outputSize(for input: ImageSize?) -> ImageSize? { input }

  /// Draws parameters and applies them.
  func run(on canvas: Canvas, random: TransformRandom) throws {
    try apply(draw(size: canvas.size, random: random), to: canvas)
  }
}

/// A transform that leaves nothing to chance.
public protocol DeterministicTransform: Transform where Parameters == Void {}

extension DeterministicTransform {
  /// Always.
  public var isDeterministic: Bool { true }
  /// Nothing.
  public func draw(size: ImageSize, random: TransformRandom) {}
}

/// The random numbers of one transform of a pipeline for one sample in one epoch.
public struct TransformRandom: Sendable {
  private let philox: Philox
  private let epoch: Int
  private let sample: Int
  private let first: Int

  /// Numbers that depend on the generator's seed and purpose, the epoch, the sample's index and the transform's place in
  /// the list, and on nothing else.
  public init(_ philox: Philox, epoch: Int, sample: Int, place: Int) {
    self.philox = philox
    self.epoch = epoch
    self.sample = sample
    first = place << 16
  }

  /// Number `element` (below 65536), uniform in `range`, its upper end not included.
  public func uniform(_ element: Int, in range: ClosedRange<Double>) -> Double {
    let share = Double(philox.uniform(epoch: epoch, sample: sample, element: first + element))
    return range.lowerBound + share * (range.upperBound - range.lowerBound)
  }

  /// Number `element` (below 65536), a whole number of `range`.
  public func integer(_ element: Int, in range: ClosedRange<Int>) -> Int {
    philox.integer(in: range, epoch: epoch, sample: sample, element: first + element)
  }
}
