import Layers

extension ReLU6: ExportableLayer {
  /// `Clip` from 0 to 6.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    input.with(name: graph.node("Clip", [input.name, graph.scalar(0), graph.scalar(6)]))
  }

  /// `nn.ReLU6`.
  public func pyTorchExpression(in source: PyTorchSource) -> String { "nn.ReLU6()" }
}

extension SiLU: ExportableLayer {
  /// `Mul` with `Sigmoid`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    input.with(name: graph.node("Mul", [input.name, graph.node("Sigmoid", [input.name])]))
  }

  /// `nn.SiLU`.
  public func pyTorchExpression(in source: PyTorchSource) -> String { "nn.SiLU()" }
}

extension Hardswish: ExportableLayer {
  /// `HardSwish`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    graph.node("HardSwish", on: input)
  }

  /// `nn.Hardswish`.
  public func pyTorchExpression(in source: PyTorchSource) -> String { "nn.Hardswish()" }
}

extension Hardsigmoid: ExportableLayer {
  /// `HardSigmoid`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    graph.node("HardSigmoid", on: input, [.float("alpha", 1.0 / 6), .float("beta", 0.5)])
  }

  /// `nn.Hardsigmoid`.
  public func pyTorchExpression(in source: PyTorchSource) -> String { "nn.Hardsigmoid()" }
}

extension ELU: ExportableLayer {
  /// `Elu`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    graph.node("Elu", on: input, [.float("alpha", parameter)])
  }

  /// `nn.ELU`.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    parameter == 1 ? "nn.ELU()" : "nn.ELU(\(parameter))"
  }
}

extension SELU: ExportableLayer {
  /// `Selu`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    graph.node("Selu", on: input)
  }

  /// `nn.SELU`.
  public func pyTorchExpression(in source: PyTorchSource) -> String { "nn.SELU()" }
}

extension Mish: ExportableLayer {
  /// `Mish`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    graph.node("Mish", on: input)
  }

  /// `nn.Mish`.
  public func pyTorchExpression(in source: PyTorchSource) -> String { "nn.Mish()" }
}

extension Softplus: ExportableLayer {
  /// Beyond this the function differs from βx by less than rounding.
  private static let greatest: Float = 17

  /// `Softplus`, scaled by `Mul` and `Div` unless β is 1; `Where` the threshold is so low that it matters.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    let scaled = beta == 1 ? input.name : graph.node("Mul", [input.name, graph.scalar(beta)])
    var result = graph.node("Softplus", [scaled])
    if beta != 1 { result = graph.node("Div", [result, graph.scalar(beta)]) }
    guard threshold < Softplus.greatest else { return input.with(name: result) }
    let isAbove = graph.node("Greater", [scaled, graph.scalar(threshold)])
    return input.with(name: graph.node("Where", [isAbove, input.name, result]))
  }

  /// `nn.Softplus`.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    beta == 1 && threshold == 20 ? "nn.Softplus()" : "nn.Softplus(\(beta), \(threshold))"
  }
}

extension LogSoftmax: ExportableLayer {
  /// `LogSoftmax` over the features.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    graph.node("LogSoftmax", on: input, [.int("axis", input.featureAxis)])
  }

  /// `nn.LogSoftmax`.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    outputShape.isImage ? "nn.LogSoftmax(dim=1)" : "nn.LogSoftmax(dim=-1)"
  }
}

extension PReLU: ExportableLayer {
  /// `PRelu`; with features first, the slopes have an axis of size 1 for each axis behind.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    let behind = input.layout == .featuresFirst ? input.shape.extents.count - 1 : 0
    let slopes = graph.constant(
      weight.name, shape: weight.shape + Array(repeating: 1, count: behind), try graph.values(of: weight))
    return input.with(name: graph.node("PRelu", [input.name, slopes]))
  }

  /// `nn.PReLU`; in sequences with a slope for each feature, steps come before features.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    guard !isShared else { return "nn.PReLU()" }
    return (outputShape.isSequence ? source.overSteps("PReLU") : "nn.PReLU") + "(\(weight.count))"
  }
}
