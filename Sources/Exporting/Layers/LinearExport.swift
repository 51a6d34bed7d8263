import Layers

extension Linear: ExportableLayer {
  /// `Gemm`; over steps or pixels `MatMul` and `Add`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    let input = input.layout == .featuresFirst ? graph.arrange(input, .featuresLast) : input
    let result: String
    if input.shape.isImage || input.shape.isSequence {
      let product = graph.node("MatMul", [input.name, try graph.transposed(weight)])
      result = try bias.map { graph.node("Add", [product, try graph.weight($0)]) } ?? product
    } else {
      let weights = try [weight, bias].compactMap(\.self).map(graph.weight)
      result = graph.node("Gemm", [input.name] + weights, [.int("transB", 1)])
    }
    return ONNXValue(result, shape: outputShape, layout: input.layout)
  }

  /// `nn.Linear`.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    let arguments = "(\(weight.shape[1]), \(weight.shape[0])\(bias == nil ? ", bias=False" : ""))"
    return outputShape.isImage ? source.overPixels("Linear") + arguments : "nn.Linear" + arguments
  }
}
