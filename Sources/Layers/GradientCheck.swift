import Tensors

/// Compares a layer's backward pass with central differences of its forward pass. For tests of new layers.
///
/// Inputs are random with magnitudes from 0.05 to 1, since many functions have a kink at 0. In float32 a correct gradient
/// differs by about 1e-4 of its largest value; a wrong one by much more.
public struct GradientCheck {
  private static let step: Float = 0x1p-10

  /// The largest difference of each parameter's gradient, by the parameter's name, relative to the gradient's largest
  /// magnitude. That of the input's gradient is named `input`.
  public let differences: [String: Double]

  /// The largest difference of all.
  public var largest: Double { differences.values.max() ?? 0 }

  /// Checks a layer that was made for inputs of a shape and is in no model yet.
  /// - Parameters:
  ///   - layer: the layer; afterwards its parameters belong to the check.
  ///   - input: the shape of one input.
  ///   - samples: the size of the batch.
  ///   - shards: the number of shards of the batch.
  ///   - seed: the seed of inputs, parameters and the gradient of the outputs.
  /// - Throws: `Failure` (system) if there is not enough memory; errors of the layer.
  public init(_ layer: any Layer, input: Shape, samples: Int = 4, shards: Int = 3, seed: UInt64 = 1) throws {
    let lone = try LoneLayer(layer, input: input, samples: samples, shards: shards, seed: seed)
    let (model, context) = (lone.model, lone.context)
    model.initialize(seed: seed)
    let x = try Rows(input, samples: samples, seed: seed, purpose: .trainingData)
    let upstream = try Rows(layer.outputShape, samples: samples, seed: seed, purpose: .testData)
    // A backward pass may overwrite its gradient, so pass a copy.
    let handed = try Rows(layer.outputShape, samples: samples, seed: seed, purpose: .testData)

    func sum() throws -> Double {
      lone.program.pack(context)
      return upstream.dot(try lone.program.forward(x.view, context))
    }
    func slope(_ value: UnsafeMutablePointer<Float>) throws -> Double {
      let here = value.pointee
      defer { value.pointee = here }
      value.pointee = here + GradientCheck.step
      let above = (sum: try sum(), place: Double(value.pointee))
      value.pointee = here - GradientCheck.step
      return (above.sum - (try sum())) / (above.place - Double(value.pointee))
    }

    _ = try sum()
    let inputGradient = try lone.program.backward(handed.view, context).map(Rows.values) ?? []
    var pairs = ["input": (inputGradient, try x.places.map(slope))]
    for parameter in layer.parameters {
      let name = String(parameter.name.dropFirst("0.".count))
      let start = parameter.offset
      let own = (0..<parameter.count).map { lone.gradients.base[start + $0] }
      pairs[name] = (own, try (0..<parameter.count).map { try slope(model.weights.arrivingValues.base + start + $0) })
    }
    differences = pairs.mapValues(GradientCheck.difference)
  }

  private static func difference(own: [Float], wanted: [Double]) -> Double {
    guard own.count == wanted.count, own.allSatisfy(\.isFinite) else { return .infinity }
    let scale = max(wanted.map(\.magnitude).max() ?? 0, 1e-12)
    return zip(own, wanted).map { (Double($0) - $1).magnitude / scale }.max() ?? 0
  }
}

/// Random numbers as rows of a batch.
private struct Rows {
  private let buffer: FloatBuffer
  let view: TensorView

  init(_ shape: Shape, samples: Int, seed: UInt64, purpose: RandomPurpose) throws {
    buffer = try FloatBuffer(count: shape.paddedCount(batch: samples))
    view = TensorView(base: buffer.base, shape: shape, batch: samples)
    let random = Philox(seed: seed, purpose: purpose)
    for (index, place) in places.enumerated() {
      let draw = 2 * random.uniform(sample: 0, element: index) - 1
      place.pointee = draw < 0 ? 0.95 * draw - 0.05 : 0.95 * draw + 0.05
    }
  }

  /// Pointers to all values.
  var places: [UnsafeMutablePointer<Float>] { Rows.places(view) }

  /// The sum of products with another view's values.
  func dot(_ other: TensorView) -> Double {
    zip(places, Rows.places(other)).reduce(0) { $0 + Double($1.0.pointee) * Double($1.1.pointee) }
  }

  static func values(_ view: TensorView) -> [Float] { places(view).map(\.pointee) }

  private static func places(_ view: TensorView) -> [UnsafeMutablePointer<Float>] {
    (0..<view.rows).flatMap { row in (0..<view.columns).map { view.base.floats + row * view.stride + $0 } }
  }
}
