import Layers

extension Embedding: ExportableLayer {
  /// `Gather`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    var indices = input.name
    if input.layout != .indices {
      let single = graph.node("Squeeze", [graph.arrange(input, .featuresLast).name, graph.constant([-1])])
      indices = graph.node("Cast", [single], [.int("to", 7)])
    }
    return ONNXValue(
      graph.node("Gather", [try graph.weight(parameters[0]), indices]), shape: outputShape, layout: .featuresLast)
  }

  /// `nn.Embedding`.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    var arguments = parameters[0].shape.map(String.init).joined(separator: ", ")
    if let paddingIndex { arguments += ", padding_idx=\(paddingIndex)" }
    if source.takesIndices { return "nn.Embedding(\(arguments))" }
    source.use(.lookup)
    return "Lookup(\(arguments))"
  }
}
