import Layers
import Tensors

extension Pooling {
  private var axes: Int { inputShape.isSequence ? 1 : 2 }

  /// Padding behind that lets the last window end, where sizes are rounded up. With it sizes are rounded down, since programs
  /// do not agree where the last window may begin.
  private var overhang: Window.Extent {
    guard window.ceilMode else { return Window.Extent(0) }
    // Enough for any number of steps.
    if inputShape.isSequence { return Window.Extent(height: window.stride.height - 1, width: 0) }
    func missing(_ extent: Int, _ part: KeyPath<Window.Extent, Int>) -> Int {
      let taps = window.dilation[keyPath: part] * (window.kernel[keyPath: part] - 1) + 1
      let padded =
        inputShape.extents[extent] + window.padding.before[keyPath: part] + window.padding.behind[keyPath: part]
      return max(0, (outputShape.extents[extent] - 1) * window.stride[keyPath: part] + taps - padded)
    }
    return Window.Extent(height: missing(0, \.height), width: missing(1, \.width))
  }

  /// Whether, for some numbers of steps, a window that is rounded up begins in the padding behind. It is left out.
  private var mayBeginBehind: Bool {
    window.ceilMode && inputShape.isSequence
      && window.padding.behind.height + window.stride.height > window.dilation.height * (window.kernel.height - 1) + 1
  }

  /// The windows' results without one that begins in the padding behind.
  private func cut(_ result: String, _ graph: ONNXGraph, of input: ONNXValue) -> String {
    guard mayBeginBehind else { return result }
    let stride = window.stride.height
    let steps = graph.node("Shape", [input.name], [.int("start", 2), .int("end", 3)])
    let starts = graph.node("Add", [steps, graph.constant([window.padding.before.height + stride - 1])])
    let end = graph.node("Div", [starts, graph.constant([stride])])
    return graph.node("Slice", [result, graph.constant([0]), end, graph.constant([2])])
  }

  /// A sequence with padding at its ends as values of their own: programs take no padding as long as a window.
  private func padded(_ name: String, _ graph: ONNXGraph, before: Int, behind: Int, with value: Float) -> String {
    guard before + behind > 0 else { return name }
    return graph.node("Pad", [name, graph.constant([0, 0, before, 0, 0, behind]), graph.scalar(value)])
  }

  /// The window without padding.
  private var bare: Window {
    var window = window
    window.padding = .init(0)
    return window
  }

  /// Adds a pooling node.
  func addMax(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    let input = graph.arrange(input, .featuresFirst)
    // A window that begins or ends in padding takes the largest of the steps that are there.
    let reachesOut = window.padding != .init(0) || window.ceilMode
    let filled = reachesOut ? graph.filled(input, with: -.greatestFiniteMagnitude) : input
    var result: String
    if mayBeginBehind {
      let (before, behind) = (window.padding.before.height, window.padding.behind.height + overhang.height)
      let wide = padded(filled.name, graph, before: before, behind: behind, with: -.greatestFiniteMagnitude)
      result = cut(graph.node("MaxPool", [wide], bare.attributes(axes: 1)), graph, of: input)
    } else {
      result = graph.node("MaxPool", [filled.name], window.attributes(axes: axes, overhang: overhang))
    }
    return ONNXValue(result, shape: outputShape, layout: .featuresFirst)
  }

  /// Adds nodes for the means of windows, whose padding counts or not.
  func addMeans(to graph: ONNXGraph, input: ONNXValue, countIncludePad: Bool) -> ONNXValue {
    let input = graph.arrange(input, .featuresFirst)
    let result: String
    let countsSteps = inputShape.isSequence && (window.ceilMode || !countIncludePad)
    if countsSteps, graph.lengths != nil || mayBeginBehind {
      result = cut(ratio(graph, input, countIncludePad: countIncludePad), graph, of: input)
    } else if window.ceilMode && countIncludePad {
      // Padding counts, but not what is behind it.
      let pads = [window.padding.before, window.padding.behind].flatMap { [0, 0] + $0.list(axes) }
      let padded =
        window.padding == .init(0)
        ? input.name : graph.node("Pad", [input.name, graph.constant(pads), graph.scalar(0)])
      result = graph.node(
        "AveragePool", [padded], bare.attributes(axes: axes, overhang: overhang) + [.int("count_include_pad", 0)])
    } else {
      result = graph.node(
        "AveragePool", [input.name],
        window.attributes(axes: axes, overhang: overhang) + [.int("count_include_pad", countIncludePad ? 1 : 0)])
    }
    return ONNXValue(result, shape: outputShape, layout: .featuresFirst)
  }

  /// The means of windows over sequences, perhaps of different lengths: the mean of all places, of which those that do not
  /// count are zeros, over the share of those that count.
  private func ratio(_ graph: ONNXGraph, _ input: ONNXValue, countIncludePad: Bool) -> String {
    let (before, behind) = (window.padding.before.height, window.padding.behind.height)
    let more = countIncludePad ? before + behind : 0
    let steps = graph.node("Shape", [input.name], [.int("start", 2), .int("end", 3)])
    let all = graph.node("Squeeze", [graph.node("Add", [steps, graph.constant([more])])])
    let places = graph.node("Range", [graph.constant([0], isScalar: true), all, graph.constant([1], isScalar: true)])
    let lengths = graph.node("Add", [graph.lengths ?? steps, graph.constant([more])])
    let counted = graph.node("Less", [places, graph.node("Unsqueeze", [lengths, graph.constant([1])])])
    let mask = graph.node("Cast", [graph.node("Unsqueeze", [counted, graph.constant([1])])], [.int("to", 1)])
    func mean(_ name: String, before: Int, behind: Int) -> String {
      let wide = padded(name, graph, before: before, behind: behind + overhang.height, with: 0)
      return graph.node("AveragePool", [wide], bare.attributes(axes: 1))
    }
    return graph.node(
      "Div",
      [
        mean(input.name, before: before, behind: behind),
        mean(mask, before: countIncludePad ? 0 : before, behind: countIncludePad ? 0 : behind),
      ])
  }

  /// A pooling layer of PyTorch; `type` is its name without the number of axes.
  func pyTorchExpression(_ type: String, in source: PyTorchSource, more: String = "") -> String {
    var arguments = window.kernel.python(axes)
    if window.stride != window.kernel { arguments += ", stride=\(window.stride.python(axes))" }
    arguments += window.padding.python(axes)
    if window.ceilMode { arguments += ", ceil_mode=True" }
    return (axes == 1 ? source.overSteps("\(type)1d") : "nn.\(type)2d") + "(\(arguments)\(more))"
  }
}

extension MaxPool: ExportableLayer {
  /// `MaxPool`.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    pooling.addMax(to: graph, input: input)
  }

  /// `nn.MaxPool2d`, or `nn.MaxPool1d` with the steps before the features.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    pooling.pyTorchExpression("MaxPool", in: source)
  }
}

extension AveragePool: ExportableLayer {
  /// `AveragePool`, and what is needed for it to count what PyTorch counts.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    pooling.addMeans(to: graph, input: input, countIncludePad: countIncludePad)
  }

  /// `nn.AvgPool2d`, or `nn.AvgPool1d` with the steps before the features.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    pooling.pyTorchExpression("AvgPool", in: source, more: countIncludePad ? "" : ", count_include_pad=False")
  }
}

extension AdaptiveAveragePool: ExportableLayer {
  /// `GlobalAveragePool` for a size of 1; `AveragePool` where all windows of an image are equal; else a product with the
  /// windows' matrix along each axis.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    let input = graph.arrange(input, .featuresFirst)
    let sizes = Array(zip(pooling.inputShape.extents, outputShape.extents).dropLast())
    let windows = sizes.map { $0.0 / $0.1 }
    let result: String
    if sizes.allSatisfy({ $0.1 == 1 }) {
      result = graph.node("GlobalAveragePool", [input.name])
    } else if outputShape.isSequence {
      result = steps(graph, input.name)
    } else if sizes.allSatisfy({ $0.0.isMultiple(of: $0.1) }) {
      result = graph.node("AveragePool", [input.name], [.ints("kernel_shape", windows), .ints("strides", windows)])
    } else {
      result = products(graph, input.name, sizes)
    }
    return ONNXValue(result, shape: outputShape, layout: .featuresFirst)
  }

  /// [batch, features, steps] with the windows' matrix behind, which is made for the number of steps that there are.
  private func steps(_ graph: ONNXGraph, _ input: String) -> String {
    let size = outputShape.steps
    let steps = graph.node("Shape", [input], [.int("start", 2), .int("end", 3)])
    func boundary(_ windows: [Int], adding more: Int) -> String {
      let places = graph.node("Mul", [graph.constant(windows), steps])
      return graph.node("Div", [graph.node("Add", [places, graph.constant([more])]), graph.constant([size])])
    }
    let first = boundary(Array(0..<size), adding: 0)
    let end = boundary(Array(1...size), adding: size - 1)
    let numbers = graph.node(
      "Range",
      [graph.constant([0], isScalar: true), graph.node("Squeeze", [steps]), graph.constant([1], isScalar: true)])
    let places = graph.node("Unsqueeze", [numbers, graph.constant([1])])
    let inside = graph.node(
      "And", [graph.node("GreaterOrEqual", [places, first]), graph.node("Less", [places, end])])
    let counts = graph.node("Cast", [graph.node("Sub", [end, first])], [.int("to", 1)])
    let matrix = graph.node("Div", [graph.node("Cast", [inside], [.int("to", 1)]), counts])
    return graph.node("MatMul", [input, matrix])
  }

  /// [batch, features, height, width] with the windows' matrices on both sides.
  private func products(_ graph: ONNXGraph, _ input: String, _ sizes: [(from: Int, to: Int)]) -> String {
    func matrix(_ size: (from: Int, to: Int)) -> [[Float]] {
      (0..<size.to).map { window in
        let (first, end) = (window * size.from / size.to, ((window + 1) * size.from + size.to - 1) / size.to)
        return (0..<size.from).map { (first..<end).contains($0) ? 1 / Float(end - first) : 0 }
      }
    }
    let (height, width, rows) = (sizes[0], sizes[1], matrix(sizes[1]))
    let across = graph.constant(
      graph.fresh("windows"), shape: [width.from, width.to],
      (0..<width.from).flatMap { place in rows.map { $0[place] } })
    let down = graph.constant(
      graph.fresh("windows"), shape: [height.to, height.from], matrix(height).flatMap(\.self))
    return graph.node("MatMul", [down, graph.node("MatMul", [input, across])])
  }

  /// `nn.AdaptiveAvgPool2d`, or `nn.AdaptiveAvgPool1d` with the steps before the features.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    let extents = outputShape.extents
    guard outputShape.isImage else { return "\(source.overSteps("AdaptiveAvgPool1d"))(\(extents[0]))" }
    return "nn.AdaptiveAvgPool2d(\(Window.Extent(height: extents[0], width: extents[1]).python(2)))"
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
