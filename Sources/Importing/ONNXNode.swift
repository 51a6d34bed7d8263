import Diagnostics
import Formats
import Foundation
import ProtocolBuffers

/// A node of an ONNX graph, with its attributes by name.
struct ONNXNode {
  /// Its place in the file.
  let index: Int
  /// The operator's name.
  let type: String
  /// The node's name, which may be empty.
  let name: String
  let inputs, outputs: [String]
  private let attributes: [String: ONNXAttributeProto]
  /// Whether the operator is one of ONNX's own.
  let isStandard: Bool

  init(_ message: ONNXNodeProto, index: Int) {
    self.index = index
    type = message.opType
    name = message.name
    inputs = message.input
    outputs = message.output
    attributes = Dictionary(message.attribute.map { ($0.name, $0) }) { first, _ in first }
    isStandard = ["", "ai.onnx", "com.microsoft"].contains(message.domain)
  }

  /// Whether an attribute is given.
  func has(_ name: String) -> Bool { attributes[name] != nil }

  /// A whole number.
  func int(_ name: String, _ standard: Int) -> Int { attributes[name].map { Int($0.i) } ?? standard }

  /// Whole numbers; nil if they are not given.
  func ints(_ name: String) -> [Int]? { attributes[name].map { $0.ints.map(Int.init) } }

  /// A number.
  func float(_ name: String, _ standard: Float) -> Float { attributes[name].map(\.f) ?? standard }

  /// A text.
  func string(_ name: String, _ standard: String = "") -> String {
    attributes[name].map { String(decoding: $0.s, as: UTF8.self) } ?? standard
  }

  /// Texts; nil if they are not given.
  func strings(_ name: String) -> [String]? {
    attributes[name].map { $0.strings.map { String(decoding: $0, as: UTF8.self) } }
  }

  /// A tensor; nil if it is not given.
  func tensor(_ name: String) -> ONNXTensorProto? {
    attributes[name].flatMap { $0.hasT ? $0.t : nil }
  }

  /// The numbers of a list.
  func floats(_ name: String) -> [Float]? { attributes[name].map(\.floats) }

  /// The name of an input; nil if it is left out.
  func input(_ index: Int) -> String? {
    index < inputs.count && !inputs[index].isEmpty ? inputs[index] : nil
  }

  /// The name of an output; nil if it is left out.
  func output(_ index: Int) -> String? {
    index < outputs.count && !outputs[index].isEmpty ? outputs[index] : nil
  }

  /// The node in messages.
  var place: String {
    let kind = "(\(shown(type)))"
    guard name.isEmpty else { return "node \"\(shown(name))\" \(kind)" }
    return "the node \(kind) that gives \"\(shown(outputs.first ?? ""))\""
  }

  /// The failure that the node cannot be imported.
  func failure(_ reason: String, advice: String? = nil) -> Failure {
    Failure(.data, "\(place) cannot be imported: \(reason)", advice: advice)
  }
}

/// A text of a file, short and safe for a terminal.
func shown(_ text: String) -> String {
  let visible = text.visible()
  return visible.count > 100 ? visible.prefix(97) + "..." : visible
}

/// The product of sizes; nil if one is negative, or if it is more than any memory holds.
func checkedProduct(_ sizes: [Int]) -> Int? {
  var product = 1
  for size in sizes {
    // Also without sizes of 0, since parts of the sizes are multiplied elsewhere.
    let (next, overflow) = product.multipliedReportingOverflow(by: max(size, 1))
    guard size >= 0, !overflow, next <= 1 << 46 else { return nil }
    product = next
  }
  return sizes.contains(0) ? 0 : product
}
