import Tensors

/// A tensor of a layer: PyTorch's name and shape, its layout here, and the start of its values in the model's vector.
public final class Parameter {
  /// The name within the model, for example `weight_ih_l0`; parent layers add prefixes.
  public internal(set) var name: String
  /// Extents in PyTorch, outermost first, for example [outputs, inputs].
  public let shape: [Int]
  /// The initialization: the chosen one, or the layer's default.
  public var initialization: Initialization { chosenInitialization ?? standardInitialization }
  /// The chosen initialization; nil for the layer's default.
  public var chosenInitialization: Initialization?
  /// The start of its values in the model's flat vectors; set by the model.
  public internal(set) var offset = 0
  /// Whether it is a buffer, which is stored apart; set by the model.
  var isBuffer = false
  /// Whether training leaves its values as they are: for a buffer, as running statistics are used. May change between steps. A
  /// parameter that is ever frozen must be so for the first time before a program is made of its layer.
  public var isFrozen = false {
    didSet {
      guard isFrozen, !mayFreeze else { return }
      precondition(!isPlanned, "\(name) is frozen after a program was made that never asks whether it is")
      mayFreeze = true
    }
  }
  /// Whether it has been frozen, and so may be again.
  private(set) var mayFreeze = false
  /// Whether it is a parameter of a program's layers.
  var isPlanned = false
  /// Whether it is frozen for the whole training, so that nothing need be planned for its gradient.
  package var staysFrozen = false
  /// The layout here.
  private let layout: ParameterLayout
  private let standardInitialization: Initialization
  /// The row (along the first axis) that starts at zero, if any.
  private let zeroRow: Int?

  /// Declares a parameter.
  ///
  /// If kernels need another layout than PyTorch's, `factors` splits the shape into extents, and `axes` is their order here:
  /// a convolution's weight [O, I, H, W] has the axes [0, 2, 3, 1]. The row `zeroRow` starts at zero.
  public init(
    _ name: String, shape: [Int], initialization: Initialization, factors: [Int]? = nil, axes: [Int]? = nil,
    zeroRow: Int? = nil
  ) {
    self.name = name
    self.shape = shape
    standardInitialization = initialization
    self.zeroRow = zeroRow
    let factors = factors ?? shape
    layout = ParameterLayout(factors: factors, axes: axes ?? Array(factors.indices))
  }

  /// Declares a parameter whose last extent is the features of `input`. If these were flattened from an image, PyTorch has
  /// them channel by channel; here they are pixel by pixel.
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

  /// The number of values.
  public var count: Int { shape.reduce(1, *) }

  /// Writes the initial values, in the layout here; a function of the seed and of the index in the model.
  func initialize(_ values: UnsafeMutableBufferPointer<Float>, seed: UInt64, index: Int) {
    guard let start = values.baseAddress else { return }
    guard !layout.isPyTorch else { return draw(values, seed: seed, index: index) }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: values.count) { drawn in
      draw(drawn, seed: seed, index: index)
      if let source = drawn.baseAddress { layout.copy(fromPyTorch: source, to: start) }
    }
  }

  /// Writes the initial values, in PyTorch's layout.
  private func draw(_ values: UnsafeMutableBufferPointer<Float>, seed: UInt64, index: Int) {
    initialization.fill(values, shape: shape, seed: seed, index: index)
    guard let zeroRow, let rows = shape.first else { return }
    let width = count / rows
    for place in zeroRow * width..<(zeroRow + 1) * width { values[place] = 0 }
  }

  /// Converts values from PyTorch's layout to the one here.
  public func fromPyTorch(_ values: [Float]) -> [Float] {
    guard !layout.isPyTorch else { return values }
    return converted(values) { layout.copy(fromPyTorch: $0, to: $1) }
  }

  /// Converts values from PyTorch's layout to the one here, and writes them to `result`.
  package func copy(fromPyTorch values: [Float], to result: UnsafeMutablePointer<Float>) {
    precondition(values.count == count, "\(values.count) values for \(count)")
    values.withUnsafeBufferPointer { values in
      guard let source = values.baseAddress else { return }
      if layout.isPyTorch {
        result.update(from: source, count: values.count)
      } else {
        layout.copy(fromPyTorch: source, to: result)
      }
    }
  }

  /// Converts values from the layout here to PyTorch's.
  public func toPyTorch(_ values: some RandomAccessCollection<Float>) -> [Float] {
    guard !layout.isPyTorch else { return Array(values) }
    return values.withContiguousStorageIfAvailable { converted($0) { layout.copy($0, toPyTorch: $1) } }
      ?? toPyTorch(Array(values))
  }

  private func converted<Values: RandomAccessCollection<Float>>(
    _ values: Values, by copy: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) -> [Float] {
    precondition(values.count == count, "\(values.count) values for \(count)")
    return [Float](unsafeUninitializedCapacity: count) { result, initialized in
      values.withContiguousStorageIfAvailable { values in
        if let source = values.baseAddress, let start = result.baseAddress { copy(source, start) }
      }
      initialized = count
    }
  }
}

/// A whole number that a layer counts in training: a 64-bit scalar in weights files. The model keeps its value
/// (`Weights.counts`).
public final class Counter {
  /// The name within the model, for example `1.num_batches_tracked`.
  public internal(set) var name: String
  /// Its index in the model's counts; set by the model.
  var index = 0

  /// Declares a counter, which starts at 0.
  public init(_ name: String) {
    self.name = name
  }
}

/// A value with a name within a model; parent layers add prefixes.
protocol Named: AnyObject {
  var name: String { get set }
}

extension Counter: Named {}
extension Parameter: Named {}
