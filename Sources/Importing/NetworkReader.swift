import Diagnostics
import Foundation
import ProtocolBuffers
import Recipes
import SwiftProtobuf

/// Reads the nodes of an ONNX graph one after the other, and makes a step of each layer and each join of values.
///
/// `Operators` has a function for each kind of node; `Structure` makes layers of the steps.
final class NetworkReader {
  /// More nodes than the largest networks have.
  static let mostNodes = 20_000

  let nodes: [ONNXNode]
  /// The version of ONNX's operators.
  let opset: Int
  /// The program that wrote the file.
  let producer: String
  /// What is known of each value, by its name.
  private(set) var data: [String: Datum] = [:]
  /// For computed constants the name of the constant that they are made of.
  private var origins: [String: String] = [:]
  /// How many nodes take each value.
  let uses: [String: Int]
  /// The number of samples if the file fixes it.
  private(set) var batch: Int?
  private(set) var steps: [Step] = []
  /// Things that the user should know.
  var notes: [String] = []
  /// The axes of the network's input in the file.
  private(set) var inputText = ""
  /// The layers' names, each with the number of layers that wanted it.
  private var takenNames: [String: Int] = [:]
  /// Values of constants that were computed so far.
  private var computed = 0

  /// The facts of a file that its own exports have.
  let metadata: [String: String]

  /// Reads a model.
  /// - Throws: `Failure` (data) naming the node that cannot be imported.
  init(_ model: ONNXModelProto) throws {
    let graph = model.graph
    producer = model.producerName
    metadata = Dictionary(model.metadataProps.map { ($0.key, $0.value) }) { first, _ in first }
    opset = model.opsetImport.filter { ["", "ai.onnx"].contains($0.domain) }.map { Int($0.version) }.max() ?? 1
    guard (7...1000).contains(opset) else {
      throw Failure(
        .data, "the model has the operators of opset \(opset)",
        advice: "from 7 on they can be imported: onnx.version_converter.convert_version(model, 17) converts it")
    }
    guard graph.node.count <= NetworkReader.mostNodes else {
      throw Failure(
        .data, "the model has \(graph.node.count) nodes, and at most \(NetworkReader.mostNodes) can be imported")
    }
    nodes = graph.node.enumerated().map { ONNXNode($1, index: $0) }
    var uses: [String: Int] = [:]
    for node in nodes { for name in node.inputs { uses[name, default: 0] += 1 } }
    for output in graph.output { uses[output.name, default: 0] += 1 }
    self.uses = uses
    for tensor in graph.initializer {
      data[tensor.name] = .constant(try ConstantTensor(tensor, what: "the constant \"\(shown(tensor.name))\""))
    }
    try addInputs(graph)
    for node in nodes { try read(node) }
    noteSharedWeights(graph)
  }

  /// Tells of weights that several layers have in the file: here each has its own.
  private func noteSharedWeights(_ graph: ONNXGraphProto) {
    let weighted: Set = ["Conv", "ConvTranspose", "Gemm", "MatMul", "Gather", "LSTM", "GRU", "RNN"]
    var users: [String: Int] = [:]
    for node in nodes where weighted.contains(node.type) {
      for name in Set(node.inputs) { users[name, default: 0] += 1 }
    }
    for tensor in graph.initializer where tensor.dims.count > 1 {
      guard let count = users[tensor.name], count > 1 else { continue }
      notes.append(
        "\(count) layers of the file share the weight \"\(shown(tensor.name))\"; here each has a copy, which learns by itself."
      )
    }
  }

  private func addInputs(_ graph: ONNXGraphProto) throws {
    let open = graph.input.filter { data[$0.name] == nil }
    let inputs = open.count == 1 ? open : open.filter { uses[$0.name, default: 0] > 0 }
    let lengths = inputs.count == 2 ? inputs.dropFirst().first { $0.isIndices && $0.sizes?.count == 1 } : nil
    guard let input = inputs.first, inputs.count == (lengths == nil ? 1 : 2) else {
      throw Failure(
        .data,
        "the model has \(counted(inputs.count, "input")): \(inputs.map { shown($0.name) }.joined(separator: ", "))",
        advice: "a network has one, or one and the samples' lengths")
    }
    if let lengths { data[lengths.name] = .lengths }
    guard let sizes = input.sizes else {
      throw Failure(.data, "the input \"\(shown(input.name))\" has no shape", advice: "export it with one")
    }
    let axes = try inputAxes(input.name, rank: sizes.count, isIndices: input.isIndices)
    batch = axes.firstIndex(of: .batch).flatMap { sizes[$0] }
    func size(_ axis: Axis) -> Int? { axes.firstIndex(of: axis).flatMap { sizes[$0] } }
    guard let features = axes.contains(.feature) ? size(.feature) : 1 else {
      throw Failure(
        .data, "the input \"\(shown(input.name))\" has an open number of features",
        advice: "export the model with that axis fixed")
    }
    let form: Form =
      if axes.contains(.height) { .image(size(.height), size(.width), features) } else if axes.contains(.step) {
        .sequence(size(.step), features)
      } else { .vector(features) }
    inputText =
      "[" + zip(axes, sizes).map { $1.map(String.init) ?? ($0 == .one ? "1" : $0.rawValue) }.joined(separator: ", ")
      + "]"
    data[input.name] = .flow(Flow(step: addStep(nil, [], .input, form), axes: axes))
  }

  // MARK: Steps

  /// Adds a step.
  @discardableResult
  func addStep(_ node: ONNXNode?, _ inputs: [Step], _ kind: Step.Kind, _ form: Form) -> Step {
    let step = Step(index: steps.count, node: node, inputs: inputs, kind: kind, form: form)
    steps.append(step)
    return step
  }

  /// Adds a layer of a flow, which becomes the node's first output.
  func add(_ layer: ImportedLayer, _ node: ONNXNode, to flow: Flow, form: Form? = nil, axes: [Axis]? = nil) throws {
    let flow = try withoutPadding(flow, before: node)
    let step = addStep(node, [flow.step], .layer(layer), form ?? flow.step.form)
    give(node, .flow(Flow(step: step, axes: axes ?? flow.axes, directions: axes == nil ? flow.directions : 1)))
  }

  /// Adds a function that is only known within patterns.
  func addPartial(_ partial: Step.Partial, _ node: ONNXNode, to flow: Flow, _ failure: Failure) {
    let step = addStep(node, [flow.step], .partial(partial, failure), flow.step.form)
    give(node, .flow(Flow(step: step, axes: flow.axes, directions: flow.directions, padding: flow.padding)))
  }

  /// The flow, which must not wait for padding.
  func withoutPadding(_ flow: Flow, before node: ONNXNode) throws -> Flow {
    guard let padding = flow.padding else { return flow }
    throw padding.node.failure(
      "padding is part of a convolution or a pooling, but next comes \(node.place)",
      advice: "give the next convolution or pooling the padding")
  }

  /// Checks that there is a layer of this kind.
  func require(_ kind: String, for node: ONNXNode) throws {
    guard Registry.builtIn.layers.contains(where: { $0.name == kind }) else {
      throw node.failure("there is no layer \(kind)")
    }
  }

  // MARK: Values

  /// Sets a node's output.
  func give(_ node: ONNXNode, _ datum: Datum, output: Int = 0) {
    guard let name = node.output(output) else { return }
    data[name] = datum
    if case .constant = datum, let first = node.inputs.first(where: { isConstant($0) }) {
      origins[name] = origin(first)
    }
  }

  private func isConstant(_ name: String) -> Bool {
    if case .constant? = data[name] { true } else { false }
  }

  /// The name that a constant has in the file.
  func origin(_ name: String) -> String { origins[name] ?? name }

  /// An input; nil if it is left out.
  /// - Throws: `Failure` (data) if nothing gives it.
  func datum(_ node: ONNXNode, _ index: Int) throws -> Datum? {
    guard let name = node.input(index) else { return nil }
    guard let datum = data[name] else {
      throw node.failure("nothing before it gives its input \"\(shown(name))\"", advice: "the file is damaged")
    }
    guard case .flow(var flow) = datum, uses[name, default: 0] > 1 else { return datum }
    flow.isShared = true
    return .flow(flow)
  }

  /// An input that must be a value of the network.
  func flow(_ node: ONNXNode, _ index: Int = 0) throws -> Flow {
    guard case .flow(let flow)? = try datum(node, index) else {
      throw node.failure("its input number \(index + 1) does not depend on the network's input")
    }
    return flow
  }

  /// An input that must be a constant; nil if it is left out.
  func constant(_ node: ONNXNode, _ index: Int) throws -> ConstantTensor? {
    switch try datum(node, index) {
    case nil: return nil
    case .constant(let tensor):
      if tensor.isUniform { try count(tensor.count, computedBy: node) }
      return tensor
    case .sizes(let sizes, let isScalar):
      let known = sizes.compactMap { if case .known(let size) = $0 { size } else { nil } }
      guard known.count == sizes.count else { break }
      return ConstantTensor(shape: isScalar ? [] : [known.count], ints: known)
    default: break
    }
    throw node.failure(
      "its input number \(index + 1), \"\(shown(node.input(index) ?? ""))\", is computed, but must be a constant")
  }

  /// Whole numbers of an attribute or, in later versions, of an input; nil if both are left out.
  func ints(_ node: ONNXNode, _ attribute: String, orInput index: Int) throws -> [Int]? {
    if let ints = node.ints(attribute) { return ints }
    guard let tensor = try constant(node, index) else { return nil }
    guard tensor.count <= 16 else { throw node.failure("it has \(tensor.count) numbers as \(attribute)") }
    return tensor.ints
  }

  /// Counts the values of a computed constant.
  /// - Throws: `Failure` (data) if all together are too many.
  func count(_ values: Int, computedBy node: ONNXNode) throws {
    computed += values
    guard computed <= ConstantTensor.most else { throw node.failure("computed constants would take too much memory") }
  }

  // MARK: Names

  /// The name of a layer with tensors: that of PyTorch's module if the file tells it, else made of the node's name.
  func moduleName(_ node: ONNXNode, tensors: [Int]) -> String {
    let inputs = tensors.compactMap { node.input($0) }
    // Equal tensors may be written once, under the name of one of them.
    let own = inputs.filter { uses[$0, default: 0] == 1 }.map(origin).compactMap(ModuleName.ofTensor)
    let names = inputs.map(origin)
    let modules = own + [ModuleName.ofScopes(node.name)].compactMap(\.self) + names.compactMap(ModuleName.ofTensor)
    let base =
      modules.first { takenNames[$0] == nil } ?? modules.first ?? names.lazy.compactMap(ModuleName.ofOtherTensor).first
      ?? ModuleName.ofNode(node.name) ?? ModuleName.word(names.first ?? node.type.lowercased())
    var name = base
    while !take(name) {
      takenNames[base, default: 1] += 1
      name = "\(base)_\(takenNames[base, default: 1])"
    }
    return name
  }
}

extension NetworkReader {
  /// Takes a name for a layer, unless another has it.
  func take(_ name: String) -> Bool {
    guard takenNames[name] == nil else { return false }
    takenNames[name] = 1
    return true
  }
}

extension ONNXValueInfoProto {
  /// The sizes of the axes, nil for open ones; nil if the file has no shape.
  var sizes: [Int?]? {
    guard case .tensorType(let tensor)? = type.value, tensor.hasShape else { return nil }
    return tensor.shape.dim.map { dimension in
      guard case .dimValue(let size)? = dimension.value, (1...1 << 30).contains(size) else { return nil }
      return Int(size)
    }
  }

  /// Whether the values are whole numbers.
  var isIndices: Bool {
    guard case .tensorType(let tensor)? = type.value else { return false }
    return [6, 7].contains(tensor.elemType)
  }
}
