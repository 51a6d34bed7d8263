/// The element types of PyTorch's tensors that can be read; the raw value begins the name of the type's storage class.
enum PyTorchElement: String, CaseIterable {
  case half = "Half"
  case brain = "BFloat16"
  case single = "Float"
  case double = "Double"
  case char = "Char"
  case short = "Short"
  case int = "Int"
  case long = "Long"
  case byte = "Byte"
  case bool = "Bool"
  // These have no storage class, only names of types.
  case unsignedShort = "UInt16"
  case unsignedInt = "UInt32"
  case unsignedLong = "UInt64"

  /// The names of the type.
  var types: [String] {
    switch self {
    case .half: ["float16", "half"]
    case .brain: ["bfloat16"]
    case .single: ["float32", "float"]
    case .double: ["float64", "double"]
    case .char: ["int8"]
    case .short: ["int16", "short"]
    case .int: ["int32", "int"]
    case .long: ["int64", "long"]
    case .byte: ["uint8"]
    case .bool: ["bool"]
    case .unsignedShort: ["uint16"]
    case .unsignedInt: ["uint32"]
    case .unsignedLong: ["uint64"]
    }
  }

  var byteCount: Int {
    switch self {
    case .char, .byte, .bool: 1
    case .half, .brain, .short, .unsignedShort: 2
    case .single, .int, .unsignedInt: 4
    case .double, .long, .unsignedLong: 8
    }
  }
}

/// A storage: the values that tensors are views of. Several tensors may share one.
struct PyTorchStorage: Equatable {
  /// Its name in the archive: `data/KEY`.
  let key: String
  /// The type of its values; nil if it only has bytes.
  let element: PyTorchElement?
  /// The number of values, or of bytes.
  let count: Int

  /// Its size in bytes; nil if that is beyond 63 bits.
  var byteCount: Int? {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: element?.byteCount ?? 1)
    return overflow ? nil : bytes
  }
}

/// A tensor as the pickle describes it: a view of a storage, whose values are at offset + Σ index · stride.
struct PyTorchTensor {
  let storage: PyTorchStorage
  let element: PyTorchElement
  let offset: Int
  let shape: [Int]
  let strides: [Int]

  /// The number of values; nil if it is beyond 63 bits.
  var count: Int? { elementCount(shape) }

  /// The values of the storage that the tensor reaches, from its offset to its last value; nil if they are beyond the storage.
  var reach: Range<Int>? {
    let held = (storage.byteCount ?? 0) / element.byteCount
    guard offset >= 0, offset <= held, strides.allSatisfy({ $0 >= 0 }) else { return nil }
    if shape.contains(0) { return offset..<offset }
    var last = offset
    for (length, stride) in zip(shape, strides) {
      let (steps, overflow) = (length - 1).multipliedReportingOverflow(by: stride)
      let (next, beyond) = last.addingReportingOverflow(steps)
      if overflow || beyond { return nil }
      last = next
    }
    return last < held ? offset..<last + 1 : nil
  }

  /// The tensor's values in C order, from the bytes of its `reach`; `isBigEndian` tells the order of bytes.
  func values<Bits: FixedWidthInteger, Value>(
    of bytes: [UInt8], isBigEndian: Bool, _ transform: (Bits) -> Value
  ) -> [Value] {
    let count = count ?? 0
    guard count > 0 else { return [] }
    let size = MemoryLayout<Bits>.size
    // An axis of one index never steps: its stride may be any number.
    let strides = zip(shape, strides).map { $0 == 1 ? 0 : $1 }
    var position = [Int](repeating: 0, count: shape.count)
    var place = 0
    return bytes.withUnsafeBytes { source in
      [Value](unsafeUninitializedCapacity: count) { result, initialized in
        for index in 0..<count {
          let bits = source.loadUnaligned(fromByteOffset: place * size, as: Bits.self)
          result.initializeElement(
            at: index, to: transform(isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits)))
          initialized = index + 1
          for axis in shape.indices.reversed() {
            position[axis] += 1
            place += strides[axis]
            if position[axis] < shape[axis] { break }
            place -= strides[axis] * shape[axis]
            position[axis] = 0
          }
        }
      }
    }
  }

  /// The same as float32, other types rounded to the nearest; truth values are 0 and 1.
  func floats(of bytes: [UInt8], isBigEndian: Bool) -> [Float] {
    func values<Bits: FixedWidthInteger>(_ transform: (Bits) -> Float) -> [Float] {
      self.values(of: bytes, isBigEndian: isBigEndian, transform)
    }
    return switch element {
    case .half: values { (bits: UInt16) in float(fromHalf: bits) }
    case .brain: values { (bits: UInt16) in float(fromBrain: bits) }
    case .single: values { (bits: UInt32) in Float(bitPattern: bits) }
    case .double: values { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case .char: values { (value: Int8) in Float(value) }
    case .short: values { (value: Int16) in Float(value) }
    case .int: values { (value: Int32) in Float(value) }
    case .long: values { (value: Int64) in Float(value) }
    case .byte: values { (value: UInt8) in Float(value) }
    case .bool: values { (value: UInt8) in value == 0 ? 0 : 1 }
    case .unsignedShort: values { (value: UInt16) in Float(value) }
    case .unsignedInt: values { (value: UInt32) in Float(value) }
    case .unsignedLong: values { (value: UInt64) in Float(value) }
    }
  }
}
