import Diagnostics
import ProtocolBuffers
import SwiftProtobuf
import Tensors

extension ExportedModel {
  /// The model as an ONNX file.
  ///
  /// The input `input` is [batch, features], [batch, time, features] or [batch, channels, height, width]; or int64
  /// [batch] or [batch, time] if an embedding comes first. If samples have lengths, there is an input `lengths`, int64
  /// [batch]. The output is `logits`, or `outputs` if targets are numbers. Batch may have any size; so may time, unless
  /// a layer depends on it.
  /// - Throws: `Failure` (configuration) naming a layer that ONNX cannot express, (data) if the file would exceed 2
  ///   GiB.
  func onnxFile() throws -> [UInt8] {
    let graph = ONNXGraph(of: model, lengths: needsLengths ? "lengths" : nil)
    let shape = model.inputShape
    let input = ONNXValue(
      graph.fresh("input"), shape: shape,
      layout: takesIndices ? .indices : shape.isImage ? .featuresFirst : .featuresLast)
    let lengths = graph.lengths
    let first = standardization.map { graph.standardized(input, by: $0) } ?? input
    var output = try graph.add(model.list, to: graph.clearsSteps ? graph.filled(first) : first)
    output = graph.arrange(output, output.shape.isImage ? .featuresFirst : .featuresLast)
    let result = output.with(name: meaning == .values ? "outputs" : "logits")
    graph.add("Identity", [output.name], outputs: [result.name])

    var message = ONNXGraphProto()
    message.name = name
    message.node = graph.nodes
    message.initializer = graph.initializers
    message.input = [valueInfo(input, of: takesIndices ? .int64 : .float, graph)]
    if let lengths { message.input.append(.tensor(lengths, .int64, [.batch])) }
    message.output = [valueInfo(result, of: .float, graph)]
    return try file(of: message)
  }

  private func file(of graph: ONNXGraphProto) throws -> [UInt8] {
    var file = ONNXModelProto()
    file.irVersion = 10
    file.producerName = "dp-train"
    var operators = ONNXOperatorSetIdProto()
    operators.version = 22
    file.opsetImport = [operators]
    file.graph = graph
    file.metadataProps = metadata.sorted { $0.key < $1.key }.map { key, value in
      var entry = ONNXStringStringEntryProto()
      (entry.key, entry.value) = (key, value)
      return entry
    }
    let bytes: [UInt8] = try file.serializedBytes()
    guard bytes.count <= Int(Int32.max) else {
      throw Failure(
        .data, "\(name) cannot be written as ONNX: it would have \(bytes.count) bytes",
        advice: "the format holds at most 2 GiB")
    }
    return bytes
  }

  private func valueInfo(
    _ value: ONNXValue, of type: ONNXTensorProto.DataType, _ graph: ONNXGraph
  ) -> ONNXValueInfoProto {
    let steps: ONNXTensorShapeProto.Dimension =
      graph.hasFixedSteps
      ? .size(value.shape.steps) : value.shape.steps == model.inputShape.steps ? .any("time") : .any("steps")
    return .tensor(
      value.name, type,
      ONNXValue.axes(value.layout, value.shape).map { axis in
        switch axis {
        case "n": .batch
        case "t": steps
        case "h": .size(value.shape.extents[0])
        case "w": .size(value.shape.extents[1])
        default: .size(value.shape.features)
        }
      })
  }
}

extension ONNXTensorShapeProto.Dimension {
  /// The dimension of the samples, of any size.
  static var batch: Self { any("batch") }

  /// A dimension of any size, with a name.
  static func any(_ name: String) -> Self {
    var dimension = Self()
    dimension.dimParam = name
    return dimension
  }

  /// A dimension of fixed size.
  static func size(_ size: Int) -> Self {
    var dimension = Self()
    dimension.dimValue = Int64(size)
    return dimension
  }
}

extension ONNXValueInfoProto {
  /// An input or output of a graph.
  static func tensor(
    _ name: String, _ type: ONNXTensorProto.DataType, _ dimensions: [ONNXTensorShapeProto.Dimension]
  ) -> Self {
    var info = Self()
    info.name = name
    info.type.tensorType.elemType = Int32(type.rawValue)
    info.type.tensorType.shape.dim = dimensions
    return info
  }
}
