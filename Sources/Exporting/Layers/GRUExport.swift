import Layers

extension GRU: ExportableLayer {
  /// `GRU`, with the gate order z, r, h and the reset gate after the product.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    try addLevels(
      of: ONNXCell(type: "GRU", gates: [1, 0, 2], attributes: [.int("linear_before_reset", 1)]), to: graph,
      input: input)
  }

  /// `nn.GRU` that returns only its outputs.
  public func pyTorchExpression(in source: PyTorchSource) -> String { pyTorchExpression("GRU", in: source) }
}
