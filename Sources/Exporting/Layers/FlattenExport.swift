import Layers

extension Flatten: ExportableLayer {
  /// `Flatten`; images channel by channel as in PyTorch, which is also the order of the next layer's weights.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    if input.shape.isSequence { graph.hasFixedSteps = true }
    let input = graph.arrange(input, input.shape.isImage ? .featuresFirst : .featuresLast)
    return ONNXValue(graph.node("Flatten", [input.name]), shape: outputShape, layout: .featuresLast)
  }

  /// `nn.Flatten`.
  public func pyTorchExpression(in source: PyTorchSource) -> String { "nn.Flatten()" }
}
