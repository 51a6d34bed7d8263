import Images
import Tensors

/// A random change of sequences that are trained on.
public protocol SequenceTransform: Sendable {
  /// The name in recipes.
  static var name: String { get }

  /// Changes the steps of a sample.
  func apply(to steps: SampleSteps, random: TransformRandom)
}

/// The steps of one sample in a batch.
public struct SampleSteps {
  /// The number of steps.
  public let count: Int
  /// The number of values of a step.
  public let features: Int
  private let view: TensorView
  private let place: Int

  /// The sample at a place of a batch of sequences.
  public init(of batch: Batch, place: Int) {
    view = batch.view
    self.place = place
    count = batch.steps(ofSample: place)
    features = batch.shape.features
  }

  /// The values of a step.
  public subscript(step: Int) -> UnsafeMutablePointer<Float> { view.row(step: step, sample: place).floats }
}
