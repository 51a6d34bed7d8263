import Diagnostics
import Foundation

extension NetworkReader {
  /// The tensors of a layer with a number for each feature.
  private func tensors(_ node: ONNXNode, _ names: [(String, Int)], features: Int) throws -> [ImportedLayer.Tensor] {
    try names.map { name, index in
      guard let tensor = try constant(node, index), tensor.count == features else {
        throw node.failure("its \(name) has not \(features) values, one for each feature")
      }
      return .init(name: name, shape: [features], values: tensor.floats)
    }
  }

  private func addEpsilon(to layer: inout ImportedLayer, _ node: ONNXNode) throws {
    let epsilon = node.float("epsilon", 1e-5)
    guard epsilon > 0, epsilon.isFinite else { throw node.failure("its epsilon is \(epsilon.text)") }
    if epsilon != (layer.kind == "rms-norm" ? .ulpOfOne : 1e-5) { layer.settings.append(("epsilon", .number(epsilon))) }
  }

  /// Whether a constant with the name changes nothing, and is not a module's: the exporter made it.
  func isIdentity(_ constant: ConstantTensor, isSum: Bool, name: String?) -> Bool {
    guard let name = name.map(origin), ModuleName.ofTensor(name) == nil, ModuleName.ofOtherTensor(name) == nil else {
      return false
    }
    return constant.count > 0 && constant.floats.allSatisfy { $0 == (isSum ? 0 : 1) }
  }

  /// Whether a node's weights, its second input, and biases are those of a layer that has none.
  private func isPlain(_ node: ONNXNode) throws -> Bool {
    guard let weight = try constant(node, 1), let bias = try constant(node, 2) else { return false }
    return isIdentity(weight, isSum: false, name: node.input(1)) && isIdentity(bias, isSum: true, name: node.input(2))
  }

  /// `BatchNormalization`.
  func readBatchNormalization(_ node: ONNXNode) throws {
    let flow = try flow(node)
    let form = flow.step.form
    guard flow.axes.prefix(2) == [.batch, .feature], flow.directions == 1 else {
      throw node.failure("the second axis of its input is not the features")
    }
    guard form.order == nil else {
      throw node.failure("its input was flattened with the channels last", advice: "put it before flatten")
    }
    var layer = ImportedLayer("batch-norm")
    try addEpsilon(to: &layer, node)
    if node.has("momentum") {
      // PyTorch's momentum is the weight of the new statistics.
      let kept = Double("\(node.float("momentum", 0.9))") ?? 0.9
      let momentum = Float(((1 - kept) * 1e6).rounded() / 1e6)
      if momentum != 0.1, (0...1).contains(momentum) { layer.settings.append(("momentum", .number(momentum))) }
    }
    layer.tensors = try tensors(
      node, [("weight", 1), ("bias", 2), ("running_mean", 3), ("running_var", 4)], features: form.features)
    if try isPlain(node) {
      layer.tensors.removeFirst(2)
      layer.settings.append(("affine", .flag(false)))
    }
    layer.name = moduleName(node, tensors: [1, 2, 3, 4])
    try add(layer, node, to: flow)
  }

  /// `LayerNormalization` or `RMSNormalization` over the features.
  func readLayerNormalization(_ node: ONNXNode) throws {
    let flow = try flow(node)
    let form = flow.step.form
    let axis = node.int("axis", -1)
    guard axis == -1 || axis == flow.axes.count - 1, flow.axes.last == .feature, flow.directions == 1, form.order == nil
    else {
      throw node.failure("it is over other axes than the features", advice: "layer-norm is over the features alone")
    }
    let isCentred = node.type == "LayerNormalization"
    var layer = ImportedLayer(isCentred ? "layer-norm" : "rms-norm")
    try addEpsilon(to: &layer, node)
    layer.tensors = try tensors(node, [("weight", 1)], features: form.features)
    if isCentred {
      layer.tensors +=
        node.input(2) == nil
        ? [.init(name: "bias", shape: [form.features], values: Array(repeating: 0, count: form.features))]
        : try tensors(node, [("bias", 2)], features: form.features)
    }
    layer.name = moduleName(node, tensors: [1, 2])
    try add(layer, node, to: flow)
  }

  /// `InstanceNormalization` and `GroupNormalization`, if there are such layers.
  func readSampleNormalization(_ node: ONNXNode) throws {
    let isGroup = node.type == "GroupNormalization"
    try require(isGroup ? "group-norm" : "instance-norm", for: node)
    let given = try flow(node)
    let isVector = isGroup && given.step.form.kind == .vector && given.axes.prefix(2) == [.batch, .feature]
    if !isGroup, case .partial(.grouped(let groups), let failure) = given.step.kind {
      return try readGrouped(node, given, groups, failure)
    }
    let flow = isVector && given.step.form.order == nil ? given : try featuresFirst(node)
    let features = flow.step.form.features
    var layer = ImportedLayer(isGroup ? "group-norm" : "instance-norm")
    let groups = node.int("num_groups", 0)
    if isGroup {
      guard groups > 0, groups <= features, features.isMultiple(of: groups) else {
        throw node.failure("its number of groups is \(groups), for \(features) channels")
      }
      layer.settings.append(("groups", .int(groups)))
    }
    try addEpsilon(to: &layer, node)
    guard try !isPlain(node) else {
      if isGroup { layer.settings.append(("affine", .flag(false))) }
      layer.name = moduleName(node, tensors: [])
      return try add(layer, node, to: flow)
    }
    if !isGroup { layer.settings.append(("affine", .flag(true))) }
    layer.tensors = try [("weight", 1), ("bias", 2)].map { name, index in
      guard let tensor = try constant(node, index), tensor.count == features || isGroup && tensor.count == groups else {
        throw node.failure("its \(name) has not \(features) values, one for each feature")
      }
      // Up to opset 20 each group has one number.
      let values = tensor.floats
      let width = features / tensor.count
      return .init(name: name, shape: [features], values: (0..<features).map { values[$0 / width] })
    }
    layer.name = moduleName(node, tensors: [1, 2])
    try add(layer, node, to: flow)
  }

  /// `LRN`, if there is such a layer.
  func readLocalResponse(_ node: ONNXNode) throws {
    try require("local-response-norm", for: node)
    let flow = try featuresFirst(node)
    let size = node.int("size", 0)
    guard (1...1 << 16).contains(size) else { throw node.failure("its size is \(size)") }
    var layer = ImportedLayer("local-response-norm", [("size", .int(size))])
    for (key, name, ours, theirs) in [
      ("alpha", "alpha", 1e-4, 1e-4), ("beta", "beta", 0.75, 0.75), ("k", "bias", 1, 1),
    ] as [(String, String, Float, Float)] {
      let value = node.float(name, theirs)
      guard value.isFinite else { throw node.failure("its \(name) is \(value.text)") }
      if value != ours { layer.settings.append((key, .number(value))) }
    }
    try add(layer, node, to: flow)
  }
}
