import Foundation
import ProtocolBuffers

/// An attribute of an ONNX node.
public struct ONNXAttribute {
  let message: ONNXAttributeProto

  private init(_ name: String, _ type: ONNXAttributeProto.AttributeType, _ set: (inout ONNXAttributeProto) -> Void) {
    var message = ONNXAttributeProto()
    message.name = name
    message.type = type
    set(&message)
    self.message = message
  }

  /// A whole number.
  public static func int(_ name: String, _ value: Int) -> ONNXAttribute {
    ONNXAttribute(name, .int) { $0.i = Int64(value) }
  }

  /// Whole numbers.
  public static func ints(_ name: String, _ values: [Int]) -> ONNXAttribute {
    ONNXAttribute(name, .ints) { $0.ints = values.map(Int64.init) }
  }

  /// A number.
  public static func float(_ name: String, _ value: Float) -> ONNXAttribute {
    ONNXAttribute(name, .float) { $0.f = value }
  }

  /// A text.
  public static func string(_ name: String, _ value: String) -> ONNXAttribute {
    ONNXAttribute(name, .string) { $0.s = Data(value.utf8) }
  }

  /// Texts.
  public static func strings(_ name: String, _ values: [String]) -> ONNXAttribute {
    ONNXAttribute(name, .strings) { $0.strings = values.map { Data($0.utf8) } }
  }

  static func graph(_ name: String, _ value: ONNXGraphProto) -> ONNXAttribute {
    ONNXAttribute(name, .graph) { $0.g = value }
  }
}
