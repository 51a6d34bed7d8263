import Layers

extension Convolution {
  /// `Conv`.
  func addNodes(to graph: ONNXGraph, input: ONNXValue, axes: Int) throws -> ONNXValue {
    let input = graph.arrange(input, .featuresFirst)
    let inputs = [input.name] + (try parameters.map(graph.weight))
    let result = graph.node(
      "Conv", inputs,
      window.attributes(axes: axes) + [.ints("dilations", window.dilation.list(axes)), .int("group", groups)])
    return ONNXValue(result, shape: outputShape, layout: .featuresFirst)
  }

  /// The arguments of `nn.Conv1d` or `nn.Conv2d`.
  func pyTorchArguments(axes: Int) -> String {
    let channels = parameters[0].shape[1] * groups
    var arguments = "\(channels), \(outputShape.features), \(window.kernel.python(axes))"
    if window.stride != .init(1) { arguments += ", stride=\(window.stride.python(axes))" }
    if window.padding != .init(0) { arguments += ", padding=\(window.padding.python(axes))" }
    if window.dilation != .init(1) { arguments += ", dilation=\(window.dilation.python(axes))" }
    if groups != 1 { arguments += ", groups=\(groups)" }
    if parameters.count == 1 { arguments += ", bias=False" }
    return "(\(arguments))"
  }
}

extension Conv1d: ExportableLayer {
  /// `Conv` over steps.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    try convolution.addNodes(to: graph, input: input, axes: 1)
  }

  /// `nn.Conv1d` for steps before features.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    source.overSteps("Conv1d") + convolution.pyTorchArguments(axes: 1)
  }
}

extension Conv2d: ExportableLayer {
  /// `Conv`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    try convolution.addNodes(to: graph, input: input, axes: 2)
  }

  /// `nn.Conv2d`.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    "nn.Conv2d" + convolution.pyTorchArguments(axes: 2)
  }
}

extension Window {
  /// The kernel, strides and pads of an ONNX node over one axis (sequences: the height) or two.
  func attributes(axes: Int) -> [ONNXAttribute] {
    [
      .ints("kernel_shape", kernel.list(axes)), .ints("strides", stride.list(axes)),
      .ints("pads", padding.list(axes) + padding.list(axes)),
    ]
  }
}

extension Window.Extent {
  /// The numbers for one axis or two.
  func list(_ axes: Int) -> [Int] { axes == 1 ? [height] : [height, width] }

  /// The numbers in Python: a single one if they are equal.
  func python(_ axes: Int) -> String { axes == 1 || height == width ? "\(height)" : "(\(height), \(width))" }
}
