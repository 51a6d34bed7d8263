import Diagnostics

extension NetworkReader {
  /// `MaxPool` or `AveragePool`.
  func readPooling(_ node: ONNXNode) throws {
    let flow = try featuresFirst(node)
    let form = flow.step.form
    guard form.kind != .vector else { throw node.failure("its input is a vector") }
    guard node.output(1).map({ uses[$0, default: 0] == 0 }) ?? true else {
      throw node.failure("the places of its largest values are used", advice: "there is no layer that takes them")
    }
    let window = try WindowAttributes(node, kernel: nil, over: form)
    guard window.dilation.allSatisfy({ $0 == 1 }) else { throw node.failure("pooling with a dilation is no layer") }
    let isMax = node.type == "MaxPool"
    var layer = ImportedLayer(
      isMax ? "max-pool" : "average-pool",
      [("kernel", .extent(window.kernel)), ("stride", .extent(window.stride))])
    var padded = window
    // Whether padding counts in means: always if a node before adds it.
    var counts = node.int("count_include_pad", 0) != 0
    if let padding = flow.padding {
      if isMax {
        guard padding.value <= -1e30 || (padding.value == 0 && neverNegative(flow.step)) else {
          throw padding.node.failure("a pooling's padding is never the largest, but this one is \(padding.value)")
        }
      } else {
        guard padding.value == 0, !counts || window.behind.allSatisfy({ $0 == 0 }) else {
          throw padding.node.failure("the pooling behind it has padding of its own")
        }
        guard window.before.allSatisfy({ $0 == 0 }) else {
          throw padding.node.failure("the pooling behind it has padding of its own")
        }
        counts = true
      }
      padded.add(padding, form.spatialAxes)
    }
    let sizes = try padded.outputs(form.spatialSizes, node)
    let coversAll = sizes.indices.allSatisfy { axis in
      sizes[axis] == 1 && form.spatialSizes[axis].map { window.kernel[axis] - padded.before[axis] >= $0 } == true
    }
    if !isMax, !counts, coversAll, padded.before != padded.behind {
      // The mean of all pixels or steps, since padding does not count.
      var unpadded = flow
      unpadded.padding = nil
      return try add(
        ImportedLayer("adaptive-average-pool", [("size", .int(1))]), node, to: unpadded, form: form.with(sizes: sizes))
    }
    // More behind than before only lets the last window end.
    var even = padded
    even.behind = even.before
    even.isCeil = padded.isCeil || padded.before != padded.behind
    if padded.before != padded.behind {
      let overhang = zip(padded.behind, padded.before).map { $0 - $1 }
      let rounded = try even.outputs(form.spatialSizes, node)
      let fits = overhang.indices.allSatisfy { axis in
        rounded[axis] != nil ? rounded[axis] == sizes[axis] : overhang[axis] == window.stride[axis] - 1
      }
      let isNotCounted = isMax || !counts || flow.padding.map { $0.before == $0.behind } == true
      guard overhang.allSatisfy({ $0 >= 0 }), fits, isNotCounted else {
        throw node.failure(
          "its padding differs at the two ends, \(padded.sides)",
          advice: "there is the same on both sides, and ceilMode")
      }
    }
    if even.before.contains(where: { $0 != 0 }) { layer.settings.append(("padding", .extent(even.before))) }
    if even.isCeil { layer.settings.append(("ceilMode", .flag(true))) }
    if !isMax, !counts, even.before.contains(where: { $0 != 0 }) {
      layer.settings.append(("countIncludePad", .flag(false)))
    }
    var unpadded = flow
    unpadded.padding = nil
    try add(layer, node, to: unpadded, form: form.with(sizes: sizes))
  }

  private func neverNegative(_ step: Step) -> Bool {
    ["relu", "relu6", "sigmoid", "softmax"].contains(step.layer?.kind)
  }

  /// Pooling over all pixels or steps, as a vector unless axes of size 1 stay.
  func readGlobalPooling(_ node: ONNXNode, _ flow: Flow, axes: [Int]?, keepsAxes: Bool) throws {
    let flow = try withoutPadding(flow, before: node)
    let form = flow.step.form
    let spatial = flow.axes.indices.filter { form.spatialAxes.contains(flow.axes[$0]) }
    let reduced = axes?.map { $0 < 0 ? $0 &+ flow.axes.count : $0 }.sorted() ?? spatial
    guard !spatial.isEmpty, reduced == spatial, flow.directions == 1,
      axes != nil || flow.axes == [.batch, .feature] + form.spatialAxes
    else {
      throw node.failure(
        "it does not reduce just the pixels or steps of its input",
        advice: "global-average-pool and global-max-pool take all of them")
    }
    let isMax = node.type.hasSuffix("MaxPool") || node.type.hasSuffix("Max")
    if !keepsAxes {
      return try add(
        ImportedLayer(isMax ? "global-max-pool" : "global-average-pool"), node, to: flow, form: .vector(form.features),
        axes: [.batch, .feature])
    }
    let one = form.with(sizes: form.spatialSizes.map { _ in 1 })
    guard isMax else {
      return try add(
        ImportedLayer("adaptive-average-pool", [("size", .int(1))]), node, to: flow, form: one, axes: flow.axes)
    }
    // There is no other layer that keeps the axes.
    let axes = flow.axes.map { form.spatialAxes.contains($0) ? .one : $0 }
    try add(ImportedLayer("global-max-pool"), node, to: flow, form: .vector(form.features), axes: axes)
  }

  /// A reduction over all pixels or steps; `ReduceSum` only before a division by their number.
  func readReduction(_ node: ONNXNode) throws {
    let flow = try flow(node)
    let keepsAxes = node.int("keepdims", 1) != 0
    guard let axes = try ints(node, "axes", orInput: 1) else {
      throw node.failure("it reduces all axes, the batch too")
    }
    if let partial = partialReduction(node, flow, axes, keepsAxes: keepsAxes) {
      var reduced = flow
      for axis in axes { reduced.axes[axis < 0 ? axis + flow.axes.count : axis] = .one }
      return addPartial(partial, node, to: reduced, node.failure("it is only known as a part of normalizations"))
    }
    guard node.type != "ReduceSum" else {
      let failure = node.failure("sums are only layers before a division by the number of steps")
      guard axes == [1], flow.axes == [.batch, .step, .feature], !keepsAxes else { throw failure }
      let step = addStep(node, [flow.step], .partial(.stepSum, failure), .vector(flow.step.form.features))
      return give(node, .flow(Flow(step: step, axes: [.batch, .feature])))
    }
    try readGlobalPooling(node, flow, axes: axes, keepsAxes: keepsAxes)
  }

  /// `Resize` or `Upsample` by whole factors.
  func readResize(_ node: ONNXNode) throws {
    let flow = try withoutPadding(try flow(node), before: node)
    let form = flow.step.form
    let place = node.type == "Upsample" || opset < 11 ? 1 : 2
    let mode = node.string("mode", "nearest")
    let axes = flow.axes
    guard axes.prefix(2) == [.batch, .feature], axes.filter({ $0 != .one }).dropFirst(2) == form.spatialAxes[...],
      !form.spatialAxes.isEmpty
    else { throw node.failure("it does not resize the pixels or steps of its input") }
    var scales = try node.floats("scales") ?? constant(node, place)?.floats ?? []
    if scales.isEmpty, place == 2, let sizes = try constant(node, 3)?.ints, sizes.count == axes.count {
      scales = zip(axes, sizes).map { axis, size in
        flow.size(axis, batch: size).map { $0 > 0 ? Float(size) / Float($0) : 0 } ?? 0
      }
    }
    guard scales.count == axes.count,
      scales.allSatisfy({ $0 >= 1 && $0 <= 1024 && $0 == $0.rounded() }),
      zip(axes, scales).allSatisfy({ form.spatialAxes.contains($0) || $1 == 1 })
    else { throw node.failure("it resizes by \(scales)", advice: "upsample takes whole factors for height and width") }
    let factors = zip(axes, scales).filter { form.spatialAxes.contains($0.0) }.map { Int($0.1) }
    var layer = ImportedLayer("upsample", [("scale", .extent(factors))])
    let coordinates =
      node.type == "Upsample" || opset < 11 ? "asymmetric" : node.string("coordinate_transformation_mode", "half_pixel")
    switch (mode, coordinates) {
    case ("nearest", "asymmetric"), ("nearest", "half_pixel"), ("nearest", "pytorch_half_pixel"):
      // With whole factors all of these copy the same pixels, if halves are rounded down.
      let rounding = node.string("nearest_mode", node.type == "Upsample" || opset < 11 ? "floor" : "round_prefer_floor")
      guard
        rounding == "floor" && coordinates == "asymmetric"
          || rounding == "round_prefer_floor" && coordinates != "asymmetric"
      else { throw node.failure("it takes the nearest pixel by \(rounding) and \(coordinates)") }
    case ("linear", "half_pixel"), ("linear", "pytorch_half_pixel"), ("linear", "align_corners"):
      layer.settings.append(("mode", .word(form.kind == .image ? "bilinear" : "linear")))
      if coordinates == "align_corners" { layer.settings.append(("alignCorners", .flag(true))) }
    default:
      throw node.failure(
        "it resizes by \(shown(mode)) and \(shown(coordinates))", advice: "upsample copies, or interpolates linearly")
    }
    let sizes = zip(form.spatialSizes, factors).map { size, factor in size.map { $0 * factor } }
    guard sizes.allSatisfy({ ($0 ?? 0) <= 1 << 30 }) else { throw node.failure("its output is too large") }
    try add(layer, node, to: flow, form: form.with(sizes: sizes), axes: axes)
  }
}
