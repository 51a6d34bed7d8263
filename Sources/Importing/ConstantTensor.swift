import Diagnostics
import Formats
import Foundation
import ProtocolBuffers

/// A constant of an ONNX graph: a tensor of numbers or of whole numbers, whose values are decoded when they are needed.
struct ConstantTensor {
  private enum Storage {
    case floats([Float])
    case ints([Int])
    case fill(Float)
    case intFill(Int)
    case raw(Data, ONNXTensorProto.DataType)
  }

  /// The most values that a tensor may have: a file has at most 2 GiB, and constants may be computed.
  static let most = 1 << 29

  let shape: [Int]
  private let storage: Storage

  /// The number of values.
  var count: Int { shape.reduce(1, *) }

  private init(shape: [Int], _ storage: Storage) {
    self.shape = shape
    self.storage = storage
  }

  /// Numbers; they must fill the shape.
  init(shape: [Int], floats: [Float]) { self.init(shape: shape, .floats(floats)) }

  /// Whole numbers; they must fill the shape.
  init(shape: [Int], ints: [Int]) { self.init(shape: shape, .ints(ints)) }

  /// The same values in another shape with as many.
  func reshaped(_ shape: [Int]) -> ConstantTensor { ConstantTensor(shape: shape, storage) }

  /// One number everywhere; nil if there are too many.
  init?(shape: [Int], filledLike value: ConstantTensor) {
    guard let count = checkedProduct(shape), count <= ConstantTensor.most, value.count == 1 else { return nil }
    self.init(shape: shape, value.isWhole ? .intFill(value.ints[0]) : .fill(value.floats[0]))
  }

  /// A tensor of a file. `what` names it in messages.
  /// - Throws: `Failure` (data) if it is damaged, has another type, or its values are in another file.
  init(_ message: ONNXTensorProto, what: String) throws {
    let shape = message.dims.map(Int.init)
    guard message.dataLocation != .external, message.externalData.isEmpty else {
      throw Failure(
        .data, "\(what) has its values in another file",
        advice: "save the model as one file: onnx.save(onnx.load(\"model.onnx\"), \"whole.onnx\")")
    }
    guard let count = checkedProduct(shape), count <= ConstantTensor.most else {
      throw Failure(.data, "\(what) has the impossible shape \(shape)", advice: "the file is damaged")
    }
    guard let type = ONNXTensorProto.DataType(rawValue: Int(message.dataType)),
      let size = ConstantTensor.size(of: type)
    else {
      throw Failure(
        .data, "\(what) has values of the type \(message.dataType), which cannot be imported",
        advice: "export the model in float32, not quantized")
    }
    let held: Int
    let storage: Storage
    if !message.rawData.isEmpty {
      held = message.rawData.count.isMultiple(of: size) ? message.rawData.count / size : -1
      storage = .raw(message.rawData, type)
    } else {
      switch type {
      case .float: (held, storage) = (message.floatData.count, .floats(message.floatData))
      case .double: (held, storage) = (message.doubleData.count, .floats(message.doubleData.map(Float.init)))
      case .int64: (held, storage) = (message.int64Data.count, .ints(message.int64Data.map(Int.init)))
      case .float16, .bfloat16:
        let bits = message.int32Data.map { UInt16(truncatingIfNeeded: $0) }
        (held, storage) = (bits.count, .raw(Data(littleEndianBytes(bits)), type))
      default: (held, storage) = (message.int32Data.count, .ints(message.int32Data.map(Int.init)))
      }
    }
    guard held == count else {
      throw Failure(.data, "\(what) has not the \(count) values of its shape \(shape)", advice: "the file is damaged")
    }
    self.init(shape: shape, storage)
  }

  /// The bytes of a value; nil for types that are not read.
  private static func size(of type: ONNXTensorProto.DataType) -> Int? {
    switch type {
    case .float, .int32: 4
    case .int64, .double: 8
    case .bool: 1
    case .float16, .bfloat16: 2
    default: nil
    }
  }

  /// Whether the values are whole numbers or truth values.
  var isWhole: Bool {
    switch storage {
    case .floats, .fill: false
    case .ints, .intFill: true
    case .raw(_, let type): [.int32, .int64, .bool].contains(type)
    }
  }

  /// The values as numbers.
  var floats: [Float] {
    switch storage {
    case .floats(let values): values
    case .ints(let values): values.map(Float.init)
    case .fill(let value): Array(repeating: value, count: count)
    case .intFill(let value): Array(repeating: Float(value), count: count)
    case .raw(let data, let type):
      data.withUnsafeBytes { bytes in
        switch type {
        case .float: numbers(bytes) { (bits: UInt32) in Float(bitPattern: bits) }
        case .double: numbers(bytes) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
        case .float16: numbers(bytes) { (bits: UInt16) in halfValue(bits) }
        case .bfloat16: numbers(bytes) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
        default: ints.map(Float.init)
        }
      }
    }
  }

  /// The values as whole numbers.
  var ints: [Int] {
    switch storage {
    case .floats, .fill: floats.map { Int(exactly: $0.rounded(.towardZero)) ?? 0 }
    case .ints(let values): values
    case .intFill(let value): Array(repeating: value, count: count)
    case .raw(let data, let type):
      data.withUnsafeBytes { bytes in
        switch type {
        case .int64: numbers(bytes) { (bits: UInt64) in Int(Int64(bitPattern: bits)) }
        case .int32: numbers(bytes) { (bits: UInt32) in Int(Int32(bitPattern: bits)) }
        case .bool: bytes.map { $0 == 0 ? 0 : 1 }
        default: floats.map { Int(exactly: $0.rounded(.towardZero)) ?? 0 }
        }
      }
    }
  }

  /// The only value; nil if there are more.
  var scalar: Float? { count == 1 ? floats[0] : nil }

  /// Whether all values are zero.
  var isZero: Bool {
    switch storage {
    case .fill(let value): value == 0
    case .intFill(let value): value == 0
    default: floats.allSatisfy { $0 == 0 }
    }
  }

  /// The values with the axes in another order; `order` is a permutation of them.
  func transposed(_ order: [Int]) -> ConstantTensor {
    let shape = order.map { self.shape[$0] }
    guard !isUniform else { return reshaped(shape) }
    var strides = [Int](repeating: 1, count: self.shape.count)
    for axis in self.shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * self.shape[axis + 1] }
    let steps = order.map { strides[$0] }
    func moved<Value>(_ values: [Value]) -> [Value] {
      var result: [Value] = []
      result.reserveCapacity(values.count)
      var place = [Int](repeating: 0, count: shape.count)
      var offset = 0
      for _ in 0..<values.count {
        result.append(values[offset])
        for axis in shape.indices.reversed() {
          place[axis] += 1
          offset += steps[axis]
          guard place[axis] == shape[axis] else { break }
          offset -= steps[axis] * shape[axis]
          place[axis] = 0
        }
      }
      return result
    }
    return isWhole
      ? ConstantTensor(shape: shape, ints: moved(ints)) : ConstantTensor(shape: shape, floats: moved(floats))
  }

  /// Whether the values are one number, which takes no memory.
  var isUniform: Bool {
    switch storage {
    case .fill, .intFill: true
    default: false
    }
  }
}

/// Decodes little-endian numbers.
private func numbers<Bits: FixedWidthInteger, Value>(
  _ bytes: UnsafeRawBufferPointer, _ value: (Bits) -> Value
) -> [Value] {
  (0..<bytes.count / MemoryLayout<Bits>.size).map { index in
    value(
      Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)))
  }
}

/// The value of an IEEE 754 binary16 number.
private func halfValue(_ bits: UInt16) -> Float {
  let sign: Float = bits & 0x8000 == 0 ? 1 : -1
  let (exponent, fraction) = (Int(bits >> 10 & 0x1F), UInt32(bits & 0x3FF))
  switch exponent {
  case 0: return sign * Float(fraction) * 0x1p-24
  case 31: return Float(bitPattern: UInt32(bits & 0x8000) << 16 | 0x7F80_0000 | fraction << 13)
  default: return Float(bitPattern: UInt32(bits & 0x8000) << 16 | UInt32(exponent + 112) << 23 | fraction << 13)
  }
}
