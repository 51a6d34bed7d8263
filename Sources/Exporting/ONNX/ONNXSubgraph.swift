import ProtocolBuffers

/// A graph within a node, such as a loop's body; it may use constants of the outer graph.
final class ONNXSubgraph {
  private(set) var message = ONNXGraphProto()
  private let outer: ONNXGraph

  init(of outer: ONNXGraph, named name: String) {
    self.outer = outer
    message.name = outer.fresh(name)
  }

  /// Declares an input. Returns its name.
  func input(
    _ word: String, _ type: ONNXTensorProto.DataType, _ dimensions: [ONNXTensorShapeProto.Dimension]
  ) -> String {
    let name = outer.fresh(word)
    message.input.append(.tensor(name, type, dimensions))
    return name
  }

  /// Declares the next output.
  func output(_ name: String, _ dimensions: [ONNXTensorShapeProto.Dimension]) {
    message.output.append(.tensor(name, .float, dimensions))
  }

  /// Adds a node with one output. Returns the output's name.
  func node(_ type: String, _ inputs: [String]) -> String {
    var node = ONNXNodeProto()
    node.name = outer.fresh("\(type)_node")
    node.opType = type
    node.input = inputs
    node.output = [outer.fresh(type.lowercased())]
    message.node.append(node)
    return node.output[0]
  }
}
