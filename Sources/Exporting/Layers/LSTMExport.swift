import Layers

extension LSTM: ExportableLayer {
  /// `LSTM`, with the gate order i, o, f, c.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    try addLevels(of: ONNXCell(type: "LSTM", gates: [0, 3, 1, 2]), to: graph, input: input)
  }

  /// `nn.LSTM` that returns only its outputs.
  public func pyTorchExpression(in source: PyTorchSource) -> String { pyTorchExpression("LSTM", in: source) }
}
