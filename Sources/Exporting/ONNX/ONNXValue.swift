import Tensors

/// A value that flows through an ONNX graph: a batch of samples.
public struct ONNXValue {
  /// The order of its axes.
  public enum Layout: Hashable, Sendable {
    /// [batch, (steps or height, width,) features], as samples lie here.
    case featuresLast
    /// [batch, features, (steps or height, width)], as convolutions and PyTorch's images have it.
    case featuresFirst
    /// [steps, batch, features], as recurrent layers have it; only for sequences.
    case stepsFirst
    /// [batch, (steps)] of whole numbers: indices of a table, in place of one feature.
    case indices
  }

  /// The name within the graph.
  public let name: String
  /// The shape of one sample.
  public let shape: Shape
  /// The order of its axes.
  public let layout: Layout

  /// Names a value.
  public init(_ name: String, shape: Shape, layout: Layout) {
    self.name = name
    self.shape = shape
    // A vector's only axis is first and last.
    self.layout = layout == .featuresFirst && !shape.isImage && !shape.isSequence ? .featuresLast : layout
  }

  /// What becomes of it where nothing but its numbers changes.
  public func with(name: String) -> ONNXValue { ONNXValue(name, shape: shape, layout: layout) }

  /// The axis of the features.
  public var featureAxis: Int { layout == .featuresFirst ? 1 : -1 }

  /// The axes' names, outermost first.
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
