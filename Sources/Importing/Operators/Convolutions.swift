import Diagnostics

extension NetworkReader {
  /// The convolution's input, with its features before its pixels or steps.
  /// - Throws: `Failure` (data) if it is in another order.
  func featuresFirst(_ node: ONNXNode) throws -> Flow {
    let flow = try flow(node)
    guard flow.axes == [.batch, .feature] + flow.step.form.spatialAxes else {
      throw node.failure(
        "its input has the axes \(flow.axes.map(\.rawValue).joined(separator: ", "))",
        advice: "the second must be the channels")
    }
    return flow
  }

  /// `Conv`; of a vector with axes of size 1 a linear layer.
  func readConvolution(_ node: ONNXNode) throws {
    guard let weight = try constant(node, 1) else { throw node.failure("it has no weights") }
    let given = try flow(node)
    if given.step.form.kind == .vector { return try readConvolutionOfVector(node, given, weight) }
    let flow = try featuresFirst(node)
    let form = flow.step.form
    let axes = form.spatialAxes.count
    let groups = node.int("group", 1)
    guard weight.shape.count == axes + 2, groups > 0, groups <= form.features, weight.count > 0,
      weight.shape[1] == form.features / groups, form.features.isMultiple(of: groups),
      weight.shape[0].isMultiple(of: groups)
    else {
      throw node.failure(
        "its weights of the shape \(weight.shape) with \(groups) groups do not fit its input, \(form.text)")
    }
    var window = try WindowAttributes(node, kernel: Array(weight.shape[2...]), over: form)
    if let padding = flow.padding {
      guard padding.value == 0 else { throw padding.node.failure("it pads with \(padding.value), not with zeros") }
      window.add(padding, form.spatialAxes)
    }
    guard let padding = window.padding else {
      throw node.failure(
        "its padding differs at the two ends, \(window.sides)",
        advice: "there is the same on both sides, or same at a stride of 1"
          + (axes == 1 ? ", or causal" : "; TensorFlow's SAME with strides has no such layer"))
    }
    var layer = ImportedLayer(
      axes == 1 ? "conv1d" : "conv2d",
      [("outputs", .int(weight.shape[0])), ("kernel", .extent(window.kernel))])
    if window.stride.contains(where: { $0 != 1 }) { layer.settings.append(("stride", .extent(window.stride))) }
    if window.before + window.behind != Array(repeating: 0, count: 2 * axes) {
      layer.settings.append(("padding", padding))
    }
    if window.dilation.contains(where: { $0 != 1 }) { layer.settings.append(("dilation", .extent(window.dilation))) }
    if groups != 1 { layer.settings.append(("groups", .int(groups))) }
    layer.tensors = [.init(name: "weight", shape: weight.shape, values: weight.floats)]
    try addBias(to: &layer, node, weight.shape[0])
    layer.name = moduleName(node, tensors: [1, 2])
    var unpadded = flow
    unpadded.padding = nil
    try add(
      layer, node, to: unpadded,
      form: form.with(sizes: try window.outputs(form.spatialSizes, node), features: weight.shape[0]))
  }

  /// Takes the bias of a convolution or a linear layer, its third input; without it the layer has none.
  func addBias(to layer: inout ImportedLayer, _ node: ONNXNode, _ outputs: Int) throws {
    guard let bias = try constant(node, 2) else { return layer.settings.append(("bias", .flag(false))) }
    guard bias.count == outputs else {
      throw node.failure("its bias has \(counted(bias.count, "value")) for \(counted(outputs, "output"))")
    }
    layer.tensors.append(.init(name: "bias", shape: [outputs], values: bias.floats))
  }

  private func readConvolutionOfVector(_ node: ONNXNode, _ flow: Flow, _ weight: ConstantTensor) throws {
    let features = flow.step.form.features
    guard flow.axes.prefix(2) == [.batch, .feature], flow.axes.dropFirst(2).allSatisfy({ $0 == .one }),
      weight.shape.count == flow.axes.count, weight.count > 0, weight.shape.dropFirst(2).allSatisfy({ $0 == 1 }),
      weight.shape[1] == features, flow.step.form.order == nil,
      (node.ints("pads") ?? []).allSatisfy({ $0 == 0 })
    else { throw node.failure("its input is a vector", advice: "give it images or sequences") }
    var layer = ImportedLayer("linear", [("outputs", .int(weight.shape[0]))])
    layer.tensors = [.init(name: "weight", shape: [weight.shape[0], features], values: weight.floats)]
    try addBias(to: &layer, node, weight.shape[0])
    layer.name = moduleName(node, tensors: [1, 2])
    let step = addStep(node, [flow.step], .layer(layer), .vector(weight.shape[0]))
    give(node, .flow(Flow(step: step, axes: flow.axes)))
  }

  /// `ConvTranspose`.
  func readTransposedConvolution(_ node: ONNXNode) throws {
    guard let weight = try constant(node, 1) else { throw node.failure("it has no weights") }
    let flow = try withoutPadding(try featuresFirst(node), before: node)
    let form = flow.step.form
    let axes = form.spatialAxes.count
    let groups = node.int("group", 1)
    guard axes > 0, weight.shape.count == axes + 2, weight.count > 0, weight.shape[0] == form.features, groups > 0,
      form.features.isMultiple(of: groups), let outputs = checkedProduct([weight.shape[1], groups])
    else { throw node.failure("its weights of the shape \(weight.shape) do not fit its input, \(form.text)") }
    guard !node.has("output_shape"), node.string("auto_pad", "NOTSET") == "NOTSET" else {
      throw node.failure("it has output_shape or auto_pad", advice: "write pads and output_padding as numbers")
    }
    let window = try WindowAttributes(node, kernel: Array(weight.shape[2...]), over: form)
    let more = node.ints("output_padding") ?? Array(repeating: 0, count: axes)
    guard more.count == axes, more.allSatisfy({ (0...1 << 30).contains($0) }) else {
      throw node.failure("output_padding is \(more)")
    }
    // What is cut off less behind than before is added behind.
    let added = (0..<axes).map { more[$0] + window.before[$0] - window.behind[$0] }
    guard added.allSatisfy({ $0 >= 0 }) else {
      throw node.failure("it cuts off more behind than before, \(window.sides)")
    }
    let sizes = try form.spatialSizes.enumerated().map { axis, size -> Int? in
      guard let size else { return nil }
      let all = (size - 1) * window.stride[axis] + window.extent(axis) + added[axis] - 2 * window.before[axis]
      guard all > 0, all <= 1 << 30 else { throw node.failure("its output has \(all) pixels on an axis") }
      return all
    }
    var layer = ImportedLayer(
      axes == 1 ? "conv-transpose1d" : "conv-transpose2d",
      [("outputs", .int(outputs)), ("kernel", .extent(window.kernel)), ("stride", .extent(window.stride))])
    if window.before.contains(where: { $0 != 0 }) { layer.settings.append(("padding", .extent(window.before))) }
    if added.contains(where: { $0 != 0 }) { layer.settings.append(("outputPadding", .extent(added))) }
    if window.dilation.contains(where: { $0 != 1 }) { layer.settings.append(("dilation", .extent(window.dilation))) }
    if groups != 1 { layer.settings.append(("groups", .int(groups))) }
    layer.tensors = [.init(name: "weight", shape: weight.shape, values: weight.floats)]
    try addBias(to: &layer, node, outputs)
    layer.name = moduleName(node, tensors: [1, 2])
    try add(layer, node, to: flow, form: form.with(sizes: sizes, features: outputs))
  }
}
