import Layers

extension ReLU: ExportableLayer {
  /// `Relu`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue { graph.node("Relu", on: input) }

  /// `nn.ReLU`.
  public func pyTorchExpression(in source: PyTorchSource) -> String { "nn.ReLU()" }
}

extension LeakyReLU: ExportableLayer {
  /// `LeakyRelu`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    graph.node("LeakyRelu", on: input, [.float("alpha", parameter)])
  }

  /// `nn.LeakyReLU`.
  public func pyTorchExpression(in source: PyTorchSource) -> String { "nn.LeakyReLU(\(parameter))" }
}

extension Tanh: ExportableLayer {
  /// `Tanh`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue { graph.node("Tanh", on: input) }

  /// `nn.Tanh`.
  public func pyTorchExpression(in source: PyTorchSource) -> String { "nn.Tanh()" }
}

extension Sigmoid: ExportableLayer {
  /// `Sigmoid`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue { graph.node("Sigmoid", on: input) }

  /// `nn.Sigmoid`.
  public func pyTorchExpression(in source: PyTorchSource) -> String { "nn.Sigmoid()" }
}

extension GELU: ExportableLayer {
  /// `Gelu`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    graph.node("Gelu", on: input, [.string("approximate", approximation?.rawValue ?? "none")])
  }

  /// `nn.GELU`.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    approximation.map { "nn.GELU(approximate=\"\($0.rawValue)\")" } ?? "nn.GELU()"
  }
}

extension Softmax: ExportableLayer {
  /// `Softmax` over the features.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    graph.node("Softmax", on: input, [.int("axis", input.featureAxis)])
  }

  /// `nn.Softmax`.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    outputShape.isImage ? "nn.Softmax(dim=1)" : "nn.Softmax(dim=-1)"
  }
}

extension Dropout: ExportableLayer {
  /// No node: dropout passes values unchanged outside of training.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue { input }

  /// `nn.Dropout`.
  public func pyTorchExpression(in source: PyTorchSource) -> String { "nn.Dropout(\(probability))" }
}
