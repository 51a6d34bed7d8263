import Tensors

/// Compares a layer's backward pass with central differences of its forward pass, for whoever writes a layer.
///
/// Inputs are drawn from the seed, of sizes from 0.05 to 1: near 0 many functions have a kink. In float32 a right
/// gradient differs by some 1e-4 of its largest value; a wrong one by much more.
public struct GradientCheck {
  private static let step: Float = 0x1p-10

  /// The largest difference of each parameter's gradient, by its name, relative to the gradient's largest magnitude;
  /// that of the input is called `input`.
  public let differences: [String: Double]

  /// The largest of all.
  public var largest: Double { differences.values.max() ?? 0 }

  /// Checks a layer that was made for inputs of a shape and belongs to no model yet.
  /// - Parameters:
  ///   - layer: what to check; its parameters are then those of the check.
  ///   - input: the shape of one input.
  ///   - samples: the batch.
  ///   - shards: the parts that the batch is cut into, over which gradients are summed in the tree.
  ///   - seed: what inputs, parameters and the gradient of the outputs are drawn from.
  /// - Throws: `Failure` (system) where memory is short, and what the layer throws.
  public init(_ layer: any Layer, input: Shape, samples: Int = 4, shards: Int = 3, seed: UInt64 = 1) throws {
    let lone = try LoneLayer(layer, input: input, samples: samples, shards: shards, seed: seed)
    let (model, context) = (lone.model, lone.context)
    model.initialize(seed: seed)
    let x = try Rows(input, samples: samples, seed: seed, purpose: .trainingData)
    let upstream = try Rows(layer.outputShape, samples: samples, seed: seed, purpose: .testData)
    // A backward pass may overwrite the gradient it is given.
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

/// Numbers drawn as rows of a batch.
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

  /// Where each value lies.
  var places: [UnsafeMutablePointer<Float>] { Rows.places(view) }

  /// Σ of products with another view's values.
  func dot(_ other: TensorView) -> Double {
    zip(places, Rows.places(other)).reduce(0) { $0 + Double($1.0.pointee) * Double($1.1.pointee) }
  }

  static func values(_ view: TensorView) -> [Float] { places(view).map(\.pointee) }

  private static func places(_ view: TensorView) -> [UnsafeMutablePointer<Float>] {
    (0..<view.rows).flatMap { row in (0..<view.columns).map { view.base + row * view.stride + $0 } }
  }
}
