import Diagnostics

/// Nodes that give values other axes. A flow knows what its axes mean, so that most of these are no layers.
extension NetworkReader {
  func readReshaping(_ node: ONNXNode) throws {
    var flow = try flow(node)
    switch node.type {
    case "Transpose":
      let order = node.ints("perm") ?? flow.axes.indices.reversed()
      guard order.sorted() == Array(flow.axes.indices) else { throw node.failure("perm is \(order)") }
      flow.axes = order.map { flow.axes[$0] }
      give(node, .flow(flow))
    case "Shape":
      let sizes = flow.axes.map { axis -> Dimension in
        axis == .batch ? .batch : flow.size(axis, batch: nil).map { .known($0) } ?? .unknown
      }
      let (start, end) = (node.int("start", 0), node.int("end", sizes.count))
      func place(_ index: Int) -> Int { min(sizes.count, max(0, index < 0 ? index &+ sizes.count : index)) }
      give(node, .sizes(place(start) < place(end) ? Array(sizes[place(start)..<place(end)]) : [], isScalar: false))
    case "Size": give(node, .sizes([.unknown], isScalar: true))
    case "Pad": try readPad(node, flow)
    case "Unsqueeze":
      let axes = try ints(node, "axes", orInput: 1) ?? []
      let rank = flow.axes.count + axes.count
      let places = Set(axes.map { $0 < 0 ? $0 &+ rank : $0 })
      guard places.count == axes.count, places.allSatisfy({ (0..<rank).contains($0) }) else {
        throw node.failure("axes are \(axes)")
      }
      var rest = flow.axes[...]
      flow.axes = (0..<rank).map { places.contains($0) ? .one : rest.popFirst() ?? .one }
      give(node, .flow(flow))
    case "Squeeze": try readSqueeze(node, flow)
    case "Flatten":
      let axis = node.int("axis", 1)
      guard (axis < 0 ? axis &+ flow.axes.count : axis) == 1, flow.axes.first == .batch else {
        throw node.failure("it joins the samples of a batch", advice: "axis must be 1")
      }
      try flatten(node, flow, Array(flow.axes.dropFirst()))
    default: try readReshape(node, flow)
    }
  }

  // MARK: Vectors

  /// Makes vectors of samples whose values come in the order of these axes.
  private func flatten(_ node: ONNXNode, _ flow: Flow, _ axes: [Axis]) throws {
    let form = flow.step.form
    let axes = axes.filter { $0 != .one && !($0 == .direction && flow.directions == 1) }
    guard Set(axes) == Set([.feature] + form.spatialAxes), axes.count == form.spatialAxes.count + 1 else {
      throw node.failure(
        "it joins \(flow.axes.map(\.rawValue).joined(separator: ", "))", advice: "flatten joins all axes")
    }
    if form.kind == .vector {
      return give(node, .flow(Flow(step: flow.step, axes: [.batch, .feature], padding: flow.padding)))
    }
    // The mean over all pixels is a vector by itself.
    if !flow.isShared, flow.padding == nil, form.isOneRow, flow.step.layer?.kind == "adaptive-average-pool" {
      let layer = ImportedLayer("global-average-pool")
      let step = addStep(flow.step.node, flow.step.inputs, .layer(layer), .vector(form.features))
      return give(node, .flow(Flow(step: step, axes: [.batch, .feature])))
    }
    let sizes = axes.map { flow.size($0, batch: nil) }
    let known = sizes.compactMap(\.self)
    guard known.count == sizes.count, let count = checkedProduct(known), count <= 1 << 30 else {
      throw node.failure(
        "it flattens a value of open size, \(form.text)", advice: "export the model with inputs of a fixed size")
    }
    var vector = Form.vector(count)
    let own: [Axis] = form.kind == .image ? [.feature, .height, .width] : [.step, .feature]
    func long(_ axes: [Axis]) -> [Axis] { axes.filter { flow.size($0, batch: nil) != 1 } }
    if long(axes) != long(own) { vector.order = Form.Order(axes: axes, sizes: known) }
    try add(ImportedLayer("flatten"), node, to: flow, form: vector, axes: [.batch, .feature])
  }

  private func readSqueeze(_ node: ONNXNode, _ flow: Flow) throws {
    let given = try ints(node, "axes", orInput: 1)
    let places = given.map { axes in Set(axes.map { $0 < 0 ? $0 &+ flow.axes.count : $0 }) }
    let removed = flow.axes.indices.filter { index in
      places?.contains(index) ?? (flow.axes[index] != .batch && flow.size(flow.axes[index], batch: nil) == 1)
    }
    guard removed.count == places?.count ?? removed.count,
      removed.allSatisfy({ flow.axes[$0] != .batch && flow.size(flow.axes[$0], batch: nil) == 1 })
    else { throw node.failure("it removes an axis whose size is not 1") }
    var rest = flow
    rest.axes = flow.axes.indices.filter { !removed.contains($0) }.map { flow.axes[$0] }
    let form = flow.step.form
    let isWhole = form.spatialAxes.allSatisfy { rest.axes.contains($0) }
    if isWhole { return give(node, .flow(rest)) }
    guard rest.axes == [.batch, .feature] else {
      throw node.failure("it leaves \(rest.axes.map(\.rawValue).joined(separator: ", ")) of \(form.text)")
    }
    try flatten(node, flow, Array(flow.axes.filter { $0 != .batch }))
  }

  /// `Reshape` to the same axes, to vectors, or to the features of both directions side by side.
  private func readReshape(_ node: ONNXNode, _ flow: Flow) throws {
    if let target = try target(node), try readGroups(node, flow, target) { return }
    let advice = "flatten is the only layer that changes axes; there is none that shuffles channels, or divides them"
    guard let target = try target(node), let groups = grouped(flow, target, zeroIsSize: node.int("allowzero", 0) == 1)
    else {
      throw node.failure("it divides or mixes the axes of its input, \(flow.step.form.text)", advice: advice)
    }
    var flow = flow
    let joined = groups.map { $0.filter { $0 != .one } }
    let isJoined = { (group: [Axis]) in group.count > 1 }
    if joined.contains([.direction, .feature]), joined.count(where: isJoined) == 1 {
      flow.axes = joined.map { $0 == [.direction, .feature] ? .feature : $0.first ?? .one }
      flow.directions = 1
      return give(node, .flow(flow))
    }
    guard let group = joined.first(where: isJoined) else {
      let axes = joined.map { $0.first ?? .one }
      let isComplete = flow.axes.allSatisfy { $0 == .one || axes.contains($0) || $0 == .direction }
      guard isComplete else {
        let rest = axes.filter { $0 != .one }
        guard rest == [.batch, .feature] else {
          throw node.failure("it changes \(flow.step.form.text)", advice: advice)
        }
        return try flatten(node, flow, flow.axes.filter { $0 != .batch })
      }
      flow.axes = axes
      return give(node, .flow(flow))
    }
    guard joined.filter({ !$0.isEmpty }) == [[.batch], group], joined.count == 2 else {
      throw node.failure("it joins \(group.map(\.rawValue).joined(separator: ", "))", advice: advice)
    }
    try flatten(node, flow, group)
  }

  /// The sizes that a `Reshape` wants; nil if they are not known.
  private func target(_ node: ONNXNode) throws -> [Dimension]? {
    if let shape = node.ints("shape") { return shape.map { .known($0) } }
    switch try datum(node, 1) {
    case .constant(let tensor)? where tensor.count <= 16: return tensor.ints.map { .known($0) }
    case .sizes(let sizes, _)?: return sizes
    default: return nil
    }
  }

  /// For each wanted size the axes that make it; nil if the sizes divide or mix axes.
  private func grouped(_ flow: Flow, _ target: [Dimension], zeroIsSize: Bool) -> [[Axis]]? {
    var rest = flow.axes[...]
    func size(_ axis: Axis) -> Int? { flow.size(axis, batch: batch) }
    /// Takes axes from one end that make a size.
    func take(_ wanted: Dimension, _ index: Int, fromEnd: Bool) -> [Axis]? {
      func next() -> Axis? { fromEnd ? rest.last : rest.first }
      func pop() { if fromEnd { rest.removeLast() } else { rest.removeFirst() } }
      switch wanted {
      case .batch:
        guard next() == .batch else { return nil }
        pop()
        return [.batch]
      case .known(0) where !zeroIsSize:
        guard !fromEnd, flow.axes.indices.contains(index), next() == flow.axes[index] else { return nil }
        pop()
        return [flow.axes[index]]
      case .known(1):
        guard let axis = next(), size(axis) == 1 else { return [] }
        pop()
        return [axis]
      case .known(let wanted):
        guard wanted > 1 else { return nil }
        var (axes, product): ([Axis], Int) = ([], 1)
        while product < wanted {
          guard let axis = next(), let size = size(axis), size <= wanted / product else { return nil }
          product *= size
          axes = fromEnd ? [axis] + axes : axes + [axis]
          pop()
        }
        return product == wanted ? axes : nil
      case .unknown:
        guard let axis = next(), size(axis) == nil else { return nil }
        pop()
        return [axis]
      }
    }
    let open = target.indices.filter { target[$0] == .known(-1) }
    // A computed size may be that of all remaining axes, just as -1.
    let computed = target.indices.filter { target[$0] == .unknown }
    let free = open.first ?? (computed.count == 1 ? computed.first : nil)
    guard open.count <= 1 else { return nil }
    var groups: [[Axis]] = []
    for index in 0..<(free ?? target.count) {
      guard let axes = take(target[index], index, fromEnd: false) else { return nil }
      groups.append(axes)
    }
    guard let free else {
      return rest.allSatisfy { size($0) == 1 } ? groups : nil
    }
    var behind: [[Axis]] = []
    for index in target.indices.dropFirst(free + 1).reversed() {
      guard let axes = take(target[index], index, fromEnd: true) else { return nil }
      behind.insert(axes, at: 0)
    }
    return groups + [Array(rest)] + behind
  }

  // MARK: Padding

  private func readPad(_ node: ONNXNode, _ flow: Flow) throws {
    guard flow.padding == nil else { throw node.failure("padding follows padding", advice: "pad once") }
    let mode = node.string("mode", "constant")
    guard mode == "constant" else {
      throw node.failure("it pads by \(shown(mode))", advice: "layers pad with zeros")
    }
    var axes = flow.axes
    if let places = try constant(node, 3)?.ints {
      axes = try places.map { place in
        let index = place < 0 ? place &+ flow.axes.count : place
        guard flow.axes.indices.contains(index) else { throw node.failure("it has no axis \(place)") }
        return flow.axes[index]
      }
    }
    guard let pads = try ints(node, "pads", orInput: 1), pads.count == 2 * axes.count,
      pads.allSatisfy({ (0...1 << 20).contains($0) })
    else {
      throw node.failure("pads are not two numbers for each axis, from 0", advice: "there is no layer that crops")
    }
    let value = node.has("value") ? node.float("value", 0) : try constant(node, 2)?.scalar ?? 0
    let spatial = flow.step.form.spatialAxes
    var padding = Flow.Padding(before: [:], behind: [:], value: value, node: node)
    for (index, axis) in axes.enumerated() where pads[index] + pads[axes.count + index] > 0 {
      guard spatial.contains(axis) else { throw node.failure("it pads other axes than pixels or steps") }
      padding.before[axis] = pads[index]
      padding.behind[axis] = pads[axes.count + index]
    }
    var flow = flow
    if !padding.before.isEmpty { flow.padding = padding }
    give(node, .flow(flow))
  }
}
