import Layers

extension TransposedConvolution {
  /// `ConvTranspose`.
  func addNodes(to graph: ONNXGraph, input: ONNXValue, axes: Int) throws -> ONNXValue {
    let input = graph.arrange(input, .featuresFirst)
    let inputs = [input.name] + (try parameters.map(graph.weight))
    let result = graph.node(
      "ConvTranspose", inputs,
      window.attributes(axes: axes) + [
        .ints("dilations", window.dilation.list(axes)), .ints("output_padding", outputPadding.list(axes)),
        .int("group", groups),
      ])
    return ONNXValue(result, shape: outputShape, layout: .featuresFirst)
  }

  /// The arguments of `nn.ConvTranspose1d` or `nn.ConvTranspose2d`.
  func pyTorchArguments(axes: Int) -> String {
    var arguments = "\(inputShape.features), \(outputShape.features), \(window.kernel.python(axes))"
    if window.stride != .init(1) { arguments += ", stride=\(window.stride.python(axes))" }
    arguments += window.padding.python(axes)
    if outputPadding != .init(0) { arguments += ", output_padding=\(outputPadding.python(axes))" }
    if groups != 1 { arguments += ", groups=\(groups)" }
    if parameters.count == 1 { arguments += ", bias=False" }
    if window.dilation != .init(1) { arguments += ", dilation=\(window.dilation.python(axes))" }
    return "(\(arguments))"
  }
}

extension ConvTranspose1d: ExportableLayer {
  /// `ConvTranspose` over steps.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    try convolution.addNodes(to: graph, input: input, axes: 1)
  }

  /// `nn.ConvTranspose1d` with the steps before the features.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    source.overSteps("ConvTranspose1d") + convolution.pyTorchArguments(axes: 1)
  }
}

extension ConvTranspose2d: ExportableLayer {
  /// `ConvTranspose`.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    try convolution.addNodes(to: graph, input: input, axes: 2)
  }

  /// `nn.ConvTranspose2d`.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    "nn.ConvTranspose2d" + convolution.pyTorchArguments(axes: 2)
  }
}
