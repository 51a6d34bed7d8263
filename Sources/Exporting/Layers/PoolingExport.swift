import Layers
import Tensors

extension Pooling {
  private var axes: Int { inputShape.isSequence ? 1 : 2 }

  /// Padding behind that lets the last window end, where sizes are rounded up. With it sizes are rounded down, since programs
  /// do not agree where the last window may begin.
  private func overhang(in graph: ONNXGraph) -> Window.Extent {
    guard window.ceilMode else { return Window.Extent(0) }
    if inputShape.isSequence {
      let (stride, kernel) = (window.stride.height, window.dilation.height * (window.kernel.height - 1) + 1)
      // Enough for any number of steps, unless a window could begin in the padding behind.
      if window.padding.behind.height + stride <= kernel { return Window.Extent(height: stride - 1, width: 0) }
      graph.hasFixedSteps = true
    }
    func missing(_ extent: Int, _ part: KeyPath<Window.Extent, Int>) -> Int {
      let taps = window.dilation[keyPath: part] * (window.kernel[keyPath: part] - 1) + 1
      let padded =
        inputShape.extents[extent] + window.padding.before[keyPath: part] + window.padding.behind[keyPath: part]
      return max(0, (outputShape.extents[extent] - 1) * window.stride[keyPath: part] + taps - padded)
    }
    return Window.Extent(height: missing(0, \.height), width: inputShape.isSequence ? 0 : missing(1, \.width))
  }

  /// Adds a pooling node.
  func addMax(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    let input = graph.arrange(input, .featuresFirst)
    let overhang = overhang(in: graph)
    // A window that begins or ends in padding takes the largest of the steps that are there.
    let reachesOut = window.padding != .init(0) || window.ceilMode
    let filled = reachesOut ? graph.filled(input, with: -.greatestFiniteMagnitude) : input
    let result = graph.node("MaxPool", [filled.name], window.attributes(axes: axes, overhang: overhang))
    return ONNXValue(result, shape: outputShape, layout: .featuresFirst)
  }

  /// Adds nodes for the means of windows, whose padding counts or not.
  func addMeans(to graph: ONNXGraph, input: ONNXValue, countIncludePad: Bool) -> ONNXValue {
    let input = graph.arrange(input, .featuresFirst)
    let overhang = overhang(in: graph)
    let result: String
    if graph.lengths != nil, inputShape.isSequence, window.ceilMode || !countIncludePad {
      result = ratio(graph, input, overhang, countIncludePad: countIncludePad)
    } else if window.ceilMode && countIncludePad {
      // Padding counts, but not what is behind it.
      let pads = [window.padding.before, window.padding.behind].flatMap { [0, 0] + $0.list(axes) }
      let padded =
        window.padding == .init(0)
        ? input.name : graph.node("Pad", [input.name, graph.constant(pads), graph.scalar(0)])
      var inner = window
      inner.padding = .init(0)
      result = graph.node(
        "AveragePool", [padded], inner.attributes(axes: axes, overhang: overhang) + [.int("count_include_pad", 0)])
    } else {
      result = graph.node(
        "AveragePool", [input.name],
        window.attributes(axes: axes, overhang: overhang) + [.int("count_include_pad", countIncludePad ? 1 : 0)])
    }
    return ONNXValue(result, shape: outputShape, layout: .featuresFirst)
  }

  /// The means of windows over sequences of different lengths, as the mean of all places, of which those that do not count are
  /// zeros, over the share of those that count.
  private func ratio(
    _ graph: ONNXGraph, _ input: ONNXValue, _ overhang: Window.Extent, countIncludePad: Bool
  ) -> String {
    let (before, behind) = (window.padding.before.height, window.padding.behind.height)
    let more = countIncludePad ? before + behind : 0
    let steps = graph.node("Squeeze", [graph.node("Shape", [input.name], [.int("start", 2), .int("end", 3)])])
    let places = graph.node(
      "Range",
      [
        graph.constant([0], isScalar: true), graph.node("Add", [steps, graph.constant([more], isScalar: true)]),
        graph.constant([1], isScalar: true),
      ])
    let lengths = graph.node("Add", [graph.lengths ?? "", graph.constant([more])])
    let counted = graph.node("Less", [places, graph.node("Unsqueeze", [lengths, graph.constant([1])])])
    let mask = graph.node(
      "Cast", [graph.node("Unsqueeze", [counted, graph.constant([1])])], [.int("to", 1)])
    var covered = window
    if countIncludePad { covered.padding = .init(0) }
    func mean(_ name: String, _ window: Window) -> String {
      graph.node(
        "AveragePool", [name], window.attributes(axes: 1, overhang: overhang) + [.int("count_include_pad", 1)])
    }
    return graph.node("Div", [mean(input.name, window), mean(mask, covered)])
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
  /// `GlobalAveragePool` for a size of 1; `AveragePool` where all windows are equal; else a product with the windows' matrix
  /// along each axis.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    let input = graph.arrange(input, .featuresFirst)
    let sizes = Array(zip(pooling.inputShape.extents, outputShape.extents).dropLast())
    let result: String
    if sizes.allSatisfy({ $0.1 == 1 }) {
      result = graph.node("GlobalAveragePool", [input.name])
    } else {
      if outputShape.isSequence { graph.hasFixedSteps = true }
      let windows = sizes.map { $0.0 / $0.1 }
      result =
        sizes.allSatisfy { $0.0.isMultiple(of: $0.1) }
        ? graph.node("AveragePool", [input.name], [.ints("kernel_shape", windows), .ints("strides", windows)])
        : products(graph, input.name, sizes)
    }
    return ONNXValue(result, shape: outputShape, layout: .featuresFirst)
  }

  /// [batch, features, height, width] with the windows' matrices on both sides; [batch, features, steps] with one behind.
  private func products(_ graph: ONNXGraph, _ input: String, _ sizes: [(from: Int, to: Int)]) -> String {
    func matrix(_ size: (from: Int, to: Int)) -> [[Float]] {
      (0..<size.to).map { window in
        let (first, end) = (window * size.from / size.to, ((window + 1) * size.from + size.to - 1) / size.to)
        return (0..<size.from).map { (first..<end).contains($0) ? 1 / Float(end - first) : 0 }
      }
    }
    let last = sizes[sizes.count - 1]
    let rows = matrix(last)
    let across = graph.constant(
      graph.fresh("windows"), shape: [last.from, last.to],
      (0..<last.from).flatMap { place in rows.map { $0[place] } })
    let result = graph.node("MatMul", [input, across])
    guard sizes.count > 1 else { return result }
    let down = graph.constant(
      graph.fresh("windows"), shape: [sizes[0].to, sizes[0].from], matrix(sizes[0]).flatMap(\.self))
    return graph.node("MatMul", [down, result])
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
