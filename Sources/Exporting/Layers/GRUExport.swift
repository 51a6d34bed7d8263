import Layers

extension GRU: ExportableLayer {
  /// `GRU`, whose gates are z, r, h, with the reset gate behind the product.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    try addLevels(
      of: ONNXCell(type: "GRU", gates: [1, 0, 2], attributes: [.int("linear_before_reset", 1)]), to: graph,
      input: input)
  }

  /// `nn.GRU` that gives its outputs alone.
  public func pyTorchExpression(in source: PyTorchSource) -> String { pyTorchExpression("GRU", in: source) }
}
