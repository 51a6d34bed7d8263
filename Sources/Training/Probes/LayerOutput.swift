import Layers
import Tensors

/// A copy of a layer's values for some samples.
public struct ProbedValues: Sendable {
  /// The number of steps, of the longest sample; 1 if the samples are not sequences.
  public let steps: Int
  /// The number of samples.
  public let samples: Int
  /// The number of pixels; 1 if the samples are not images.
  public let positions: Int
  /// The number of features, units or channels.
  public let columns: Int
  private let values: [Float]

  /// Copies a view. Where samples have fewer steps than the longest, there are zeros.
  init(_ view: TensorView) {
    steps = view.steps
    samples = view.batch
    positions = view.positions
    columns = view.columns
    var values = [Float](repeating: 0, count: view.steps * view.batch * view.positions * view.columns)
    for sample in 0..<view.batch {
      for step in 0..<view.steps(ofSample: sample) {
        let first = (step * view.batch + sample) * view.positions * view.columns
        for place in 0..<view.positions * view.columns {
          let (position, column) = place.quotientAndRemainder(dividingBy: view.columns)
          values[first + place] = view.row(step: step, sample: sample, position: position)[column]
        }
      }
    }
    self.values = values
  }

  /// One value.
  public subscript(step: Int = 0, sample sample: Int, position position: Int = 0, column column: Int) -> Float {
    values[((step * samples + sample) * positions + position) * columns + column]
  }

  /// The Euclidean norm of one sample's values at each step.
  public func norms(sample: Int) -> [Double] {
    (0..<steps).map { step in
      var sum = 0.0
      for position in 0..<positions {
        for column in 0..<columns {
          let value = Double(self[step, sample: sample, position: position, column: column])
          sum += value * value
        }
      }
      return sum.squareRoot()
    }
  }
}

/// A layer's outputs for some samples.
public struct LayerOutput: Sendable {
  /// The layer's place, as at the start of its parameters' names, for example `3` or `2.body.0`.
  public let place: String
  /// The layer's name in recipes. A ReLU after a convolution or a sum is part of it.
  public let kind: String
  /// The shape of one sample's outputs.
  public let shape: Shape
  /// The outputs.
  public let values: ProbedValues
}

/// Records the outputs of each layer.
final class OutputRecorder: LayerObserver {
  private let places: [ObjectIdentifier: String]
  private(set) var outputs: [LayerOutput] = []

  /// Records the outputs of a model's layers and of all layers within them.
  init(_ model: Model) {
    places = Dictionary(uniqueKeysWithValues: model.places.map { (ObjectIdentifier($0.layer), $0.place) })
  }

  func layersBegin(_ layers: [any Layer]) {}

  func layersEnd(_ layers: [any Layer], _ work: LayerWork, operations: Int) {}

  func layers(_ layers: [any Layer], gave outputs: TensorView) {
    // The levels of a recurrent layer have no place in the model.
    guard let place = places[ObjectIdentifier(layers[0])] else { return }
    self.outputs.append(
      LayerOutput(
        place: place, kind: layers[0].kind, shape: layers[0].outputShape, values: ProbedValues(outputs)))
  }
}
