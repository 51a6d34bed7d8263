import Foundation
import Importing
import ProtocolBuffers
import SwiftProtobuf

/// An ONNX graph for tests.
struct TinyGraph {
  var model = ONNXModelProto()

  /// A graph with an input `x` and the output `y`; sizes below 1 are open.
  init(input: [Int], opset: Int = 17, elementType: Int32 = 1) {
    model.irVersion = 8
    var operators = ONNXOperatorSetIdProto()
    operators.version = Int64(opset)
    model.opsetImport = [operators]
    addInput("x", input, elementType: elementType)
    var output = ONNXValueInfoProto()
    output.name = "y"
    model.graph.output = [output]
  }

  mutating func addInput(_ name: String, _ sizes: [Int], elementType: Int32 = 1) {
    var info = ONNXValueInfoProto()
    info.name = name
    info.type.tensorType.elemType = elementType
    info.type.tensorType.shape.dim = sizes.map { size in
      var dimension = ONNXTensorShapeProto.Dimension()
      if size > 0 { dimension.dimValue = Int64(size) } else { dimension.dimParam = "open" }
      return dimension
    }
    model.graph.input.append(info)
  }

  /// Adds a node; `ints` and `floats` are its attributes, of one number or more.
  mutating func add(
    _ type: String, _ inputs: [String], _ outputs: [String] = ["y"], _ ints: [String: [Int]] = [:],
    floats: [String: Float] = [:], strings: [String: String] = [:], domain: String = ""
  ) {
    var node = ONNXNodeProto()
    (node.opType, node.input, node.output, node.domain) = (type, inputs, outputs, domain)
    node.name = "\(type) of \(inputs.first ?? "nothing")"
    for (name, values) in ints.sorted(by: { $0.key < $1.key }) {
      var attribute = ONNXAttributeProto()
      attribute.name = name
      if values.count == 1 { attribute.i = Int64(values[0]) }
      attribute.ints = values.map(Int64.init)
      node.attribute.append(attribute)
    }
    for (name, value) in floats.sorted(by: { $0.key < $1.key }) {
      var attribute = ONNXAttributeProto()
      (attribute.name, attribute.f) = (name, value)
      node.attribute.append(attribute)
    }
    for (name, value) in strings.sorted(by: { $0.key < $1.key }) {
      var attribute = ONNXAttributeProto()
      (attribute.name, attribute.s) = (name, Data(value.utf8))
      node.attribute.append(attribute)
    }
    model.graph.node.append(node)
  }

  /// Adds a constant of small numbers that differ.
  mutating func constant(_ name: String, _ shape: [Int], _ values: [Float]? = nil) {
    var tensor = ONNXTensorProto()
    (tensor.name, tensor.dataType, tensor.dims) = (name, 1, shape.map(Int64.init))
    tensor.floatData = values ?? (0..<shape.reduce(1, *)).map { Float($0 % 7 - 3) / 8 }
    model.graph.initializer.append(tensor)
  }

  /// Adds a constant of whole numbers.
  mutating func constant(_ name: String, ints: [Int], isScalar: Bool = false) {
    var tensor = ONNXTensorProto()
    (tensor.name, tensor.dataType, tensor.dims) = (name, 7, isScalar ? [] : [Int64(ints.count)])
    tensor.int64Data = ints.map(Int64.init)
    model.graph.initializer.append(tensor)
  }

  var bytes: [UInt8] { get throws { try model.serializedBytes() } }

  func imported() throws -> ImportedNetwork { try ImportedNetwork(onnx: bytes, file: "tiny.onnx") }

  /// The layers of the imported recipe, as in it.
  var layers: String {
    get throws {
      let recipe = try imported().recipe(weights: "tiny.safetensors")
      return recipe.split(separator: "\n").drop { $0 != "  layers:" }.dropFirst().map { $0.dropFirst(4) }
        .joined(separator: "\n")
    }
  }
}

extension TinyGraph {
  /// The model in a file.
  static func model(of bytes: [UInt8]) throws -> ONNXModelProto { try ONNXModelProto(serializedBytes: bytes) }
}
