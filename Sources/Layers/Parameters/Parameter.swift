import Tensors

/// One tensor of a layer: its name and shape as PyTorch has them, how it lies in memory, and where its values start.
public final class Parameter {
  /// The name within the model, for example `weight_ih_l0`; layers that hold others put those' names before it.
  public internal(set) var name: String
  /// Extents in PyTorch, outermost first, for example [outputs, inputs].
  public let shape: [Int]
  /// How its values are drawn before training: as chosen, else as the layer has it by default.
  public var initialization: Initialization { chosenInitialization ?? standardInitialization }
  /// How its values are drawn, where that is not the layer's default.
  public var chosenInitialization: Initialization?
  /// Where its values start in the model's flat vectors; set by the model.
  public internal(set) var offset = 0
  /// Whether it is a buffer, whose values lie apart; set by the model.
  var isBuffer = false
  /// PyTorch's layout seen as these extents, whose product is the count ...
  private let factors: [Int]
  /// ... lies here with the axes in this order, outermost first.
  private let axes: [Int]
  private let standardInitialization: Initialization
  /// The row (along the first axis) that starts at zero, if any.
  private let zeroRow: Int?

  /// Declares a parameter.
  ///
  /// Where the kernels want another layout than PyTorch's, `factors` splits the shape into extents, and `axes` is their
  /// order here: a convolution's weight [O, I, H, W] lies as axes [0, 2, 3, 1]. `zeroRow` starts at zero.
  public init(
    _ name: String, shape: [Int], initialization: Initialization, factors: [Int]? = nil, axes: [Int]? = nil,
    zeroRow: Int? = nil
  ) {
    self.name = name
    self.shape = shape
    standardInitialization = initialization
    self.zeroRow = zeroRow
    self.factors = factors ?? shape
    self.axes = axes ?? Array((factors ?? shape).indices)
  }

  /// Declares a parameter whose last extent is the features of `input`; where those were flattened from an image,
  /// PyTorch has them channel by channel, and here they lie pixel by pixel.
  public convenience init(_ name: String, shape: [Int], initialization: Initialization, flattened input: Shape) {
    guard let image = input.flattenedFrom else {
      self.init(name, shape: shape, initialization: initialization)
      return
    }
    let outer = shape.dropLast().reduce(1, *)
    self.init(
      name, shape: shape, initialization: initialization, factors: [outer, image[2], image[0] * image[1]],
      axes: [0, 2, 1])
  }

  /// Number of values.
  public var count: Int { shape.reduce(1, *) }

  /// The values to start training from, in this layout; a function of the seed and of the place in the model.
  func initialValues(seed: UInt64, index: Int) -> [Float] {
    var drawn = initialization.values(shape: shape, seed: seed, index: index)
    if let zeroRow, let rows = shape.first {
      let width = count / rows
      for place in zeroRow * width..<(zeroRow + 1) * width { drawn[place] = 0 }
    }
    return fromPyTorch(drawn)
  }

  /// Values in this layout, given in PyTorch's.
  public func fromPyTorch(_ values: [Float]) -> [Float] {
    isPyTorchLayout ? values : places().map { values[$0] }
  }

  /// Values in PyTorch's layout, given in this one.
  public func toPyTorch(_ values: some RandomAccessCollection<Float>) -> [Float] {
    guard !isPyTorchLayout else { return Array(values) }
    var result = [Float](repeating: 0, count: count)
    for (place, value) in zip(places(), values) { result[place] = value }
    return result
  }

  private var isPyTorchLayout: Bool { axes == Array(factors.indices) }

  /// For each value here, in order, its place in PyTorch's layout.
  private func places() -> [Int] {
    var strides = [Int](repeating: 1, count: factors.count)
    for axis in factors.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * factors[axis + 1] }
    var places = [0]
    for axis in axes {
      places = places.flatMap { place in (0..<factors[axis]).map { place + $0 * strides[axis] } }
    }
    return places
  }
}

/// Declares a whole number that a layer counts while training: a 64-bit scalar in weights files. The model keeps it with
/// its parameters (`Weights.counts`).
public final class Counter {
  /// The name within the model, for example `1.num_batches_tracked`.
  public internal(set) var name: String
  /// Its place among the model's counts; set by the model.
  var index = 0

  /// Declares a counter, which starts at 0.
  public init(_ name: String) {
    self.name = name
  }
}

/// What has a name within a model; layers that hold others put those' names before it.
protocol Named: AnyObject {
  var name: String { get set }
}

extension Counter: Named {}
extension Parameter: Named {}
