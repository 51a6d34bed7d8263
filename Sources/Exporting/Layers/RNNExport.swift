import Layers

extension RNN: ExportableLayer {
  /// `RNN`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    try addLevels(
      of: ONNXCell(type: "RNN", gates: [0], function: nonlinearity == .relu ? "Relu" : "Tanh"), to: graph,
      input: input)
  }

  /// `nn.RNN` that returns only its outputs.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    pyTorchExpression("RNN", nonlinearity == .tanh ? [] : ["nonlinearity=\"\(nonlinearity)\""], in: source)
  }
}
