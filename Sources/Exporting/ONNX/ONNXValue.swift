import Tensors

/// A value that flows through an ONNX graph: a batch of samples.
public struct ONNXValue {
  /// The order of its axes.
  public enum Layout: Hashable, Sendable {
    /// [batch, (steps or height, width,) features], as in this library.
    case featuresLast
    /// [batch, features, (steps or height, width)], as in convolutions and PyTorch's images.
    case featuresFirst
    /// [steps, batch, features], as in recurrent layers; for sequences only.
    case stepsFirst
    /// [batch, (steps)] of whole numbers: indices for an embedding, instead of one feature.
    case indices
  }

  /// The name within the graph.
  public let name: String
  /// The shape of one sample.
  public let shape: Shape
  /// The order of its axes.
  public let layout: Layout

  /// Creates a value with a name.
  public init(_ name: String, shape: Shape, layout: Layout) {
    self.name = name
    self.shape = shape
    // A vector's only axis is both first and last.
    self.layout = layout == .featuresFirst && !shape.isImage && !shape.isSequence ? .featuresLast : layout
  }

  /// The value after a node that changes only its numbers.
  public func with(name: String) -> ONNXValue { ONNXValue(name, shape: shape, layout: layout) }

  /// The axis of the features.
  public var featureAxis: Int { layout == .featuresFirst ? 1 : -1 }

  /// The axes' letters, outermost first.
  static func axes(_ layout: Layout, _ shape: Shape) -> [Character] {
    let inner: [Character] = shape.isImage ? ["h", "w"] : shape.isSequence ? ["t"] : []
    return switch layout {
    case .featuresLast: ["n"] + inner + ["f"]
    case .featuresFirst: ["n", "f"] + inner
    case .stepsFirst: ["t", "n", "f"]
    case .indices: ["n"] + inner
    }
  }
}
