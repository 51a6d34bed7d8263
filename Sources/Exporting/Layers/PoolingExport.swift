import Layers
import Tensors

extension Pooling {
  private var axes: Int { inputShape.isSequence ? 1 : 2 }

  /// Adds a pooling node.
  func addNode(_ type: String, to graph: ONNXGraph, input: ONNXValue, _ attributes: [ONNXAttribute] = []) -> ONNXValue {
    let input = graph.arrange(input, .featuresFirst)
    let result = graph.node(type, [input.name], window.attributes(axes: axes) + attributes)
    return ONNXValue(result, shape: outputShape, layout: .featuresFirst)
  }

  /// A pooling layer of PyTorch; `type` is its name without the number of axes.
  func pyTorchExpression(_ type: String, in source: PyTorchSource) -> String {
    var arguments = window.kernel.python(axes)
    if window.stride != window.kernel { arguments += ", stride=\(window.stride.python(axes))" }
    arguments += window.padding.python(axes)
    return (axes == 1 ? source.overSteps("\(type)1d") : "nn.\(type)2d") + "(\(arguments))"
  }
}

extension MaxPool: ExportableLayer {
  /// `MaxPool`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    // A window that begins or ends in padding takes the largest of the steps that are there.
    let input = pooling.window.padding != .init(0) ? graph.filled(input, with: -.greatestFiniteMagnitude) : input
    return pooling.addNode("MaxPool", to: graph, input: input)
  }

  /// `nn.MaxPool2d`, or `nn.MaxPool1d` with the steps before the features.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    pooling.pyTorchExpression("MaxPool", in: source)
  }
}

extension AveragePool: ExportableLayer {
  /// `AveragePool`; padding counts.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    pooling.addNode("AveragePool", to: graph, input: input, [.int("count_include_pad", 1)])
  }

  /// `nn.AvgPool2d`, or `nn.AvgPool1d` with the steps before the features.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    pooling.pyTorchExpression("AvgPool", in: source)
  }
}

extension GlobalAveragePool: ExportableLayer {
  /// `GlobalAveragePool` and `Flatten`; with lengths, the sum over the number of valid steps.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    if let lengths = graph.lengths {
      let steps = graph.arrange(input, .featuresLast).name
      let sum = graph.node("ReduceSum", [steps, graph.constant([1])], [.int("keepdims", 0)])
      let count = graph.node("Unsqueeze", [graph.node("Cast", [lengths], [.int("to", 1)]), graph.constant([1])])
      return ONNXValue(graph.node("Div", [sum, count]), shape: outputShape, layout: .featuresLast)
    }
    let means = graph.node("GlobalAveragePool", [graph.arrange(input, .featuresFirst).name])
    return ONNXValue(graph.node("Flatten", [means]), shape: outputShape, layout: .featuresLast)
  }

  /// The mean over pixels or steps.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    source.use(.mean)
    return inputShape.isImage ? "Mean(2, 3)" : "Mean(1)"
  }
}

extension GlobalMaxPool: ExportableLayer {
  /// `GlobalMaxPool` and `Flatten`, over the steps that are there.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    let input = graph.filled(graph.arrange(input, .featuresFirst), with: -.greatestFiniteMagnitude)
    let largest = graph.node("GlobalMaxPool", [input.name])
    return ONNXValue(graph.node("Flatten", [largest]), shape: outputShape, layout: .featuresLast)
  }

  /// The largest value over pixels or steps.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    source.use(.largest)
    return "Largest()"
  }
}

extension AttentionPool: ExportableLayer {
  /// The nodes of the scores, `Softmax` over the steps that are there, and `MatMul`.
  /// - Throws: as the layers within.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    let lengths = graph.lengths
    let scores = graph.arrange(try graph.add(parts[0], to: input), .featuresLast)
    graph.lengths = lengths
    let weights = graph.node(
      "Softmax", on: graph.filled(scores, with: -.greatestFiniteMagnitude), [.int("axis", 1)])
    // [batch, features, steps] · [batch, steps, 1]
    let mean = graph.node("MatMul", [graph.arrange(input, .featuresFirst).name, weights.name])
    return ONNXValue(
      graph.node("Squeeze", [mean, graph.constant([-1])]), shape: outputShape, layout: .featuresLast)
  }

  /// A module with the layers of the scores as `attention`.
  /// - Throws: as the layers within.
  public func pyTorchExpression(in source: PyTorchSource) throws -> String {
    source.use(.attention)
    return "AttentionPool(\n\(try source.list(parts[0])))"
  }
}
