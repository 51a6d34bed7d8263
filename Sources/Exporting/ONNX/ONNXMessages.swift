import ProtocolBuffers

/// The part of ONNX's format that an exported network needs, with the field numbers of onnx.proto
/// (https://github.com/onnx/onnx): a model is a graph of nodes, and its weights.
protocol ONNXMessage {
  /// An empty message.
  init()
  /// Adds the message's fields.
  func write(to buffer: inout ProtocolBuffer)
}

extension ONNXMessage {
  /// The message as it lies in a file.
  func serializedBytes() -> [UInt8] { ProtocolBuffer(write).bytes }
}

/// A setting of a node.
struct ONNXAttributeProto: ONNXMessage, Sendable {
  enum AttributeType: Int64, Sendable {
    case float = 1, int, string
    case graph = 5
    case ints = 7, strings
  }

  var name = ""
  var type = AttributeType.int
  var f: Float = 0
  var i: Int64 = 0
  var s: [UInt8] = []
  var g = ONNXGraphProto()
  var ints: [Int64] = []
  var strings: [[UInt8]] = []

  init() {}

  /// Only the field that the type names is written.
  func write(to buffer: inout ProtocolBuffer) {
    buffer.add(1, name)
    switch type {
    case .float: buffer.add(2, f)
    case .int: buffer.add(3, i)
    case .string: buffer.add(4, bytes: s)
    case .graph: buffer.add(6, g.write)
    case .ints: buffer.add(8, packed: ints)
    case .strings: for string in strings { buffer.add(9, bytes: string) }
    }
    buffer.add(20, type.rawValue)
  }
}

/// An input or output of a graph.
struct ONNXValueInfoProto: ONNXMessage, Sendable {
  var name = ""
  var type = ONNXTypeProto()

  init() {}

  func write(to buffer: inout ProtocolBuffer) {
    buffer.add(1, name)
    buffer.add(2, type.write)
  }
}

/// A node of a graph.
struct ONNXNodeProto: ONNXMessage, Sendable {
  var input: [String] = []
  var output: [String] = []
  var name = ""
  var opType = ""
  var attribute: [ONNXAttributeProto] = []

  init() {}

  func write(to buffer: inout ProtocolBuffer) {
    for name in input { buffer.add(1, name) }
    for name in output { buffer.add(2, name) }
    buffer.add(3, name)
    buffer.add(4, opType)
    for attribute in attribute { buffer.add(5, attribute.write) }
  }
}

/// A whole file.
struct ONNXModelProto: ONNXMessage, Sendable {
  var irVersion: Int64 = 0
  var producerName = ""
  var graph = ONNXGraphProto()
  var opsetImport: [ONNXOperatorSetIdProto] = []
  var metadataProps: [ONNXStringStringEntryProto] = []

  init() {}

  func write(to buffer: inout ProtocolBuffer) {
    buffer.add(1, irVersion)
    buffer.add(2, producerName)
    buffer.add(7, graph.write)
    for operators in opsetImport { buffer.add(8, operators.write) }
    for entry in metadataProps { buffer.add(14, entry.write) }
  }
}

/// A pair of texts.
struct ONNXStringStringEntryProto: ONNXMessage, Sendable {
  var key = ""
  var value = ""

  init() {}

  func write(to buffer: inout ProtocolBuffer) {
    buffer.add(1, key)
    buffer.add(2, value)
  }
}

/// Nodes, constants, inputs and outputs.
struct ONNXGraphProto: ONNXMessage, Sendable {
  var node: [ONNXNodeProto] = []
  var name = ""
  var initializer: [ONNXTensorProto] = []
  var input: [ONNXValueInfoProto] = []
  var output: [ONNXValueInfoProto] = []

  init() {}

  func write(to buffer: inout ProtocolBuffer) {
    for node in node { buffer.add(1, node.write) }
    buffer.add(2, name)
    for tensor in initializer { buffer.add(5, tensor.write) }
    for value in input { buffer.add(11, value.write) }
    for value in output { buffer.add(12, value.write) }
  }
}

/// A constant tensor.
struct ONNXTensorProto: ONNXMessage, Sendable {
  enum DataType: Int64, Sendable {
    case float = 1
    case int32 = 6
    case int64 = 7
    case bool = 9
  }

  var dims: [Int64] = []
  var dataType: Int32 = 0
  var name = ""
  /// Little-endian.
  var rawData: [UInt8] = []

  init() {}

  func write(to buffer: inout ProtocolBuffer) {
    buffer.add(1, packed: dims)
    buffer.add(2, Int64(dataType))
    buffer.add(8, name)
    buffer.add(9, bytes: rawData)
  }
}

/// The extents of a tensor.
struct ONNXTensorShapeProto: ONNXMessage, Sendable {
  /// An extent: a number, or the name of one that may be any.
  struct Dimension: ONNXMessage, Sendable {
    var dimValue: Int64 = 0
    /// Counts where it is not empty.
    var dimParam = ""

    init() {}

    func write(to buffer: inout ProtocolBuffer) {
      if dimParam.isEmpty { buffer.add(1, dimValue) } else { buffer.add(2, dimParam) }
    }
  }

  var dim: [Dimension] = []

  init() {}

  func write(to buffer: inout ProtocolBuffer) {
    for dimension in dim { buffer.add(1, dimension.write) }
  }
}

/// The type of a value: a tensor.
struct ONNXTypeProto: ONNXMessage, Sendable {
  struct Tensor: ONNXMessage, Sendable {
    var elemType: Int32 = 0
    var shape = ONNXTensorShapeProto()

    init() {}

    func write(to buffer: inout ProtocolBuffer) {
      buffer.add(1, Int64(elemType))
      buffer.add(2, shape.write)
    }
  }

  var tensorType = Tensor()

  init() {}

  func write(to buffer: inout ProtocolBuffer) { buffer.add(1, tensorType.write) }
}

/// The operators that a model uses.
struct ONNXOperatorSetIdProto: ONNXMessage, Sendable {
  var version: Int64 = 0

  init() {}

  func write(to buffer: inout ProtocolBuffer) {
    buffer.add(2, version)
  }
}
