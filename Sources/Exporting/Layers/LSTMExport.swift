import Layers

extension LSTM: ExportableLayer {
  /// `LSTM`, whose gates are i, o, f, c.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    try addLevels(of: ONNXCell(type: "LSTM", gates: [0, 3, 1, 2]), to: graph, input: input)
  }

  /// `nn.LSTM` that gives its outputs alone.
  public func pyTorchExpression(in source: PyTorchSource) -> String { pyTorchExpression("LSTM", in: source) }
}
