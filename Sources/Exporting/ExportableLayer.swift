import Diagnostics
import Layers

/// A layer that can be written down for ONNX and for PyTorch.
///
/// `Sources/Exporting/Layers` has one file for each layer; a new layer gets one there.
public protocol ExportableLayer: Layer {
  /// Adds the nodes that do what the layer does outside training; gives its output.
  /// - Throws: `Failure` (configuration) for settings that ONNX cannot express.
  func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue

  /// The Python expression that makes the layer as a PyTorch module with parameters of the same names, such as
  /// `nn.Linear(4, 2)`; it may have several lines.
  /// - Throws: `Failure` (configuration) for settings that PyTorch cannot express.
  func pyTorchExpression(in source: PyTorchSource) throws -> String
}

extension Layer {
  /// The layer as one that can be exported; `name` is its place in the model.
  func exportable(as format: String, name: String) throws -> any ExportableLayer {
    if let layer = self as? any ExportableLayer { return layer }
    throw Failure(
      .configuration, "layer \(name) (\(kind)) cannot be exported as \(format)",
      advice: "it needs to conform to ExportableLayer, as those in Sources/Exporting/Layers do")
  }
}
