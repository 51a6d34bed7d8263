import Layers

extension ONNXGraph {
  /// A constant row of one number.
  func row(of value: Float, _ count: Int) -> String {
    once("\(count) floats \(value)") {
      constant(fresh("numbers"), shape: [count], Array(repeating: value, count: count))
    }
  }
}

extension BatchNorm: ExportableLayer {
  /// `BatchNormalization` with the running statistics.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    let input = graph.arrange(input, .featuresFirst)
    let channels = outputShape.features
    let affine =
      isAffine ? try parameters.map(graph.weight) : [graph.row(of: 1, channels), graph.row(of: 0, channels)]
    let result = graph.node(
      "BatchNormalization", [input.name] + affine + (try buffers.map(graph.weight)), [.float("epsilon", epsilon)])
    return input.with(name: result)
  }

  /// `nn.BatchNorm1d` or `nn.BatchNorm2d`; in sequences steps come before features.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    var arguments = "\(outputShape.features)"
    if epsilon != 1e-5 { arguments += ", eps=\(epsilon)" }
    if momentum != 0.1 { arguments += ", momentum=\(momentum.map { "\($0)" } ?? "None")" }
    if !isAffine { arguments += ", affine=False" }
    let type =
      outputShape.isImage
      ? "nn.BatchNorm2d" : outputShape.isSequence ? source.overSteps("BatchNorm1d") : "nn.BatchNorm1d"
    return "\(type)(\(arguments))"
  }
}

extension LayerNorm: ExportableLayer {
  /// `LayerNormalization` over the features.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    let input = input.layout == .featuresFirst ? graph.arrange(input, .featuresLast) : input
    let result = graph.node(
      "LayerNormalization", [input.name] + (try parameters.map(graph.weight)),
      [.int("axis", -1), .float("epsilon", epsilon)])
    return input.with(name: result)
  }

  /// `nn.LayerNorm`; in images over the channels.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    let arguments = "(\(outputShape.features)" + (epsilon == 1e-5 ? ")" : ", eps=\(epsilon))")
    return outputShape.isImage ? source.overPixels("LayerNorm") + arguments : "nn.LayerNorm" + arguments
  }
}
