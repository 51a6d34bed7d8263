import Diagnostics
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

  /// The arguments of `nn.Conv1d` or `nn.Conv2d`; those of the padding are `padding`.
  func pyTorchArguments(axes: Int, padding: String) -> String {
    let channels = parameters[0].shape[1] * groups
    var arguments = "\(channels), \(outputShape.features), \(window.kernel.python(axes))"
    if window.stride != .init(1) { arguments += ", stride=\(window.stride.python(axes))" }
    arguments += padding
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

  /// `nn.Conv1d` for steps before features; with zeros before the sequence if these differ from those behind.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    let type = source.overSteps("Conv1d")
    let window = convolution.window
    let (before, behind) = (window.padding.before.height, window.padding.behind.height)
    let same = Window.steps(kernel: window.kernel.height, padding: .same, dilation: window.dilation.height)
    guard before != behind else {
      return type + convolution.pyTorchArguments(axes: 1, padding: window.padding.python(1))
    }
    guard window != same else { return type + convolution.pyTorchArguments(axes: 1, padding: ", padding=\"same\"") }
    source.use(.padded)
    return "PaddedConv1d" + convolution.pyTorchArguments(axes: 1, padding: ", before=\(before), behind=\(behind)")
  }
}

extension Conv2d: ExportableLayer {
  /// `Conv`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    try convolution.addNodes(to: graph, input: input, axes: 2)
  }

  /// `nn.Conv2d`.
  /// - Throws: `Failure` (configuration) if the padding behind differs from that before, but for that of `same`, which PyTorch
  ///   does not have.
  public func pyTorchExpression(in source: PyTorchSource) throws -> String {
    let (window, padding) = (convolution.window, convolution.window.padding)
    let same = Window.pixels(kernel: window.kernel, padding: .same, dilation: window.dilation)
    if padding.before != padding.behind, window == same {
      return "nn.Conv2d" + convolution.pyTorchArguments(axes: 2, padding: ", padding=\"same\"")
    }
    guard padding.before == padding.behind else {
      throw Failure(
        .configuration, "PyTorch's Conv2d has no padding that differs before and behind the image",
        advice: "export to onnx instead")
    }
    return "nn.Conv2d" + convolution.pyTorchArguments(axes: 2, padding: padding.python(2))
  }
}

extension Window {
  /// The kernel, strides and pads of an ONNX node over one axis (sequences: the height) or two; with more padding behind.
  func attributes(axes: Int, overhang: Window.Extent = .init(0)) -> [ONNXAttribute] {
    let behind = zip(padding.behind.list(axes), overhang.list(axes)).map { $0 + $1 }
    return [
      .ints("kernel_shape", kernel.list(axes)), .ints("strides", stride.list(axes)),
      .ints("pads", padding.before.list(axes) + behind),
    ]
  }
}

extension Window.Padding {
  /// The argument `padding` of PyTorch's layers, for the same zeros on both sides; nothing if there are none.
  func python(_ axes: Int) -> String { self == .init(0) ? "" : ", padding=\(before.python(axes))" }
}

extension Window.Extent {
  /// The numbers for one axis or two.
  func list(_ axes: Int) -> [Int] { axes == 1 ? [height] : [height, width] }

  /// The numbers in Python: a single one if they are equal.
  func python(_ axes: Int) -> String { axes == 1 || height == width ? "\(height)" : "(\(height), \(width))" }
}
