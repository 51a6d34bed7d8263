import Diagnostics
import Layers

/// A layer that can be exported to ONNX and PyTorch.
///
/// `Sources/Exporting/Layers` has one file per layer.
public protocol ExportableLayer: Layer {
  /// Adds the nodes that compute the layer outside of training. Returns its output.
  /// - Throws: `Failure` (configuration) if ONNX cannot express the layer's settings.
  func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue

  /// A Python expression that makes the layer as a PyTorch module with parameters of the same names, such as
  /// `nn.Linear(4, 2)`; it may have several lines.
  /// - Throws: `Failure` (configuration) if PyTorch cannot express the layer's settings.
  func pyTorchExpression(in source: PyTorchSource) throws -> String
}

extension Layer {
  /// The layer as an exportable one; `name` is its place in the model, for messages.
  func exportable(as format: String, name: String) throws -> any ExportableLayer {
    if let layer = self as? any ExportableLayer { return layer }
    throw Failure(
      .configuration, "layer \(name) (\(kind)) cannot be exported as \(format)",
      advice: "it needs to conform to ExportableLayer, as those in Sources/Exporting/Layers do")
  }
}
