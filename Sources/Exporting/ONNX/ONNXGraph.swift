import Formats
import Foundation
import Layers
import ProtocolBuffers
import Tensors

/// An ONNX graph to which layers add their nodes.
public final class ONNXGraph {
  /// The number of valid steps of each sample at the current layer, int64 [batch]; nil if all are valid.
  var lengths: String?
  /// Whether values after a sample's length must be zero, because a layer or a user of the outputs reads them.
  let clearsSteps: Bool
  /// Whether a layer needs as many steps as in training.
  var hasFixedSteps = false
  private(set) var nodes: [ONNXNodeProto] = []
  private(set) var initializers: [ONNXTensorProto] = []
  private let model: Model
  /// The prefix of the names of the current layer's values: its place in the model.
  private var place = ""
  private var names: [String: Int] = [:]
  private var arranged: [Arrangement: ONNXValue] = [:]
  private var shared: [String: String] = [:]

  private struct Arrangement: Hashable {
    let name: String
    let layout: ONNXValue.Layout
  }

  init(of model: Model, lengths: String?) {
    self.model = model
    self.lengths = lengths
    clearsSteps =
      model.outputShape.isSequence
      || model.layers.hold { layer in
        if case .window = layer.lengthRule { return layer.outputShape.isSequence }
        return layer is GlobalAveragePool || layer is AttentionPool
      }
  }

  // MARK: Layers

  /// Adds the layers of a list one after the other: the model's, or one of `Layer.parts` of the current layer.
  /// - Throws: `Failure` (configuration) naming a layer that ONNX cannot express.
  public func add(_ list: LayerPart, to input: ONNXValue) throws -> ONNXValue {
    let outer = place
    defer { place = outer }
    return try list.layers.enumerated().reduce(input) { value, entry in
      place = list.place(of: entry.offset, in: outer)
      let layer = try entry.element.exportable(as: "ONNX", name: place)
      return followLengths(of: layer, gave: try layer.addNodes(to: self, input: value))
    }
  }

  // MARK: Nodes

  /// Adds a node with one output. Returns the output's name. Omitted inputs have empty names.
  public func node(_ type: String, _ inputs: [String], _ attributes: [ONNXAttribute] = []) -> String {
    let output = fresh(type.lowercased())
    add(type, inputs, outputs: [output], attributes)
    return output
  }

  /// Adds a node that changes only a value's numbers, one by one or along its features.
  public func node(_ type: String, on value: ONNXValue, _ attributes: [ONNXAttribute] = []) -> ONNXValue {
    value.with(name: node(type, [value.name], attributes))
  }

  /// Adds a node with several outputs.
  func add(_ type: String, _ inputs: [String], outputs: [String], _ attributes: [ONNXAttribute] = []) {
    var node = ONNXNodeProto()
    node.name = fresh("\(type)_node")
    node.opType = type
    node.input = Array(inputs.reversed().drop(while: \.isEmpty).reversed())
    node.output = outputs
    node.attribute = attributes.map(\.message)
    nodes.append(node)
  }

  /// A name that no other value has.
  func fresh(_ word: String) -> String {
    let name = place.isEmpty ? word : "\(place).\(word)"
    let count = names[name, default: 0]
    names[name] = count + 1
    return count == 0 ? name : "\(name)_\(count + 1)"
  }

  /// The result of `make`, which runs once per key.
  func once(_ key: String, _ make: () -> String) -> String {
    if let name = shared[key] { return name }
    let outer = place
    place = ""
    defer { place = outer }
    let name = make()
    shared[key] = name
    return name
  }

  /// The value with its axes in another order.
  public func arrange(_ value: ONNXValue, _ layout: ONNXValue.Layout) -> ONNXValue {
    let wanted = ONNXValue(value.name, shape: value.shape, layout: layout)
    guard wanted.layout != value.layout else { return value }
    let key = Arrangement(name: value.name, layout: wanted.layout)
    if let known = arranged[key] { return known }
    let axes = ONNXValue.axes(value.layout, value.shape)
    let order = ONNXValue.axes(wanted.layout, value.shape).compactMap { axes.firstIndex(of: $0) }
    let result = ONNXValue(
      node("Transpose", [value.name], [.ints("perm", order)]), shape: value.shape, layout: wanted.layout)
    arranged[key] = result
    return result
  }

  // MARK: Constants

  /// A parameter's or buffer's values, in PyTorch's layout.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  public func values(of parameter: Parameter) throws -> [Float] {
    parameter.toPyTorch(try model.weights.values(of: parameter))
  }

  /// The name of a parameter or buffer, added under its own name.
  /// - Throws: as `values`.
  public func weight(_ parameter: Parameter) throws -> String {
    constant(parameter.name, shape: parameter.shape, try values(of: parameter))
  }

  /// The name of a parameter's matrix, transposed.
  func transposed(_ parameter: Parameter) throws -> String {
    let (rows, columns) = (parameter.shape[0], parameter.shape[1])
    let values = try values(of: parameter)
    return constant(
      "\(parameter.name).T", shape: [columns, rows],
      (0..<columns).flatMap { column in (0..<rows).map { values[$0 * columns + column] } })
  }

  /// Adds a constant of numbers.
  public func constant(_ name: String, shape: [Int], _ values: [Float]) -> String {
    add(name, .float, shape: shape, littleEndianBytes(values.map(\.bitPattern)))
  }

  /// Adds a constant of whole numbers: a vector, or a scalar if `isScalar`.
  func constant(_ values: [Int], isScalar: Bool = false) -> String {
    once("\(isScalar ? "scalar" : "constant") \(values)") {
      add(fresh("constant"), .int64, shape: isScalar ? [] : [values.count], littleEndianBytes(values.map(Int64.init)))
    }
  }

  /// Adds a vector of constants in double precision.
  func constant(_ name: String, _ values: [Double]) -> String {
    add(name, .double, shape: [values.count], littleEndianBytes(values.map(\.bitPattern)))
  }

  private func add(_ name: String, _ type: ONNXTensorProto.DataType, shape: [Int], _ bytes: [UInt8]) -> String {
    var tensor = ONNXTensorProto()
    tensor.name = name
    tensor.dataType = Int32(type.rawValue)
    tensor.dims = shape.map(Int64.init)
    tensor.rawData = Data(bytes)
    initializers.append(tensor)
    return name
  }
}
