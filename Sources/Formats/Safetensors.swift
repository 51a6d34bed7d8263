import Diagnostics

/// A safetensors file: named tensors of float32 or 64-bit integers, and a dictionary of strings (the format of
/// huggingface/safetensors).
///
/// The file consists of the header's length (8 bytes, little endian), the header (JSON) and the tensors' bytes without
/// gaps.
public struct SafetensorsFile: Sendable {
  /// A tensor: its name, the length of each axis, its values in C order.
  public typealias Tensor = (name: String, shape: [Int], values: [Float])

  /// The tensors, in the order of their values in the file.
  public var tensors: [Tensor]
  /// A tensor of whole numbers, such as a counter, whose shape is empty.
  public typealias IntegerTensor = (name: String, shape: [Int], values: [Int64])

  /// The tensors of whole numbers, in the same way; they come before the others.
  public var integers: [IntegerTensor]
  /// Free text by key, from the header's `__metadata__`.
  public var metadata: [String: String]

  /// Takes tensors and metadata.
  public init(tensors: [Tensor] = [], integers: [IntegerTensor] = [], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.integers = integers
    self.metadata = metadata
  }

  /// Reads the file at `path`. F16, BF16 and F64 become float32 (F64 rounded to the nearest), I64 become `integers`.
  /// - Throws: `Failure` (noInput) if it cannot be opened, (inputOutput) if reading fails, (data) naming the tensor and
  ///   the wrong numbers if the file is damaged or of another type.
  public init(contentsOf path: String) throws {
    let file = try fileBytes(path)
    let header = try SafetensorsHeader(file: file, source: "'\(path)'")
    metadata = header.metadata
    (tensors, integers) = file.withUnsafeBytes { bytes in
      func all<Value>(of kind: (SafetensorsElement) -> SafetensorsElement.Reader<Value>?)
        -> [(name: String, shape: [Int], values: [Value])]
      {
        header.entries.compactMap { entry in
          let range = (header.dataStart + entry.begin)..<(header.dataStart + entry.end)
          return kind(entry.element).map {
            (entry.name, entry.shape, $0(UnsafeRawBufferPointer(rebasing: bytes[range])))
          }
        }
      }
      return (all(of: \.floats), all(of: \.integers))
    }
  }

  /// The tensor `name`; nil if there is none.
  public subscript(_ name: String) -> Tensor? {
    tensors.first { $0.name == name }
  }

  /// Writes the file at `path`, all or nothing: integers as I64, then tensors as F32, in order; metadata sorted by key.
  ///
  /// The same contents give the same bytes.
  /// - Throws: `Failure` (software) if a tensor's values do not fill its shape or a name is repeated or reserved, and
  ///   what `AtomicFile.write` throws.
  public func write(to path: String) throws {
    let header = try encodedHeader(path: path)
    let work = LongWork("writing \(path)", total: tensors.reduce(0) { $0 + $1.values.count })
    var done = 0
    try AtomicFile.write(to: path) { append in
      try (littleEndianBytes([UInt64(header.count)]) + header).withUnsafeBytes(append)
      for tensor in integers {
        try littleEndianBytes(tensor.values).withUnsafeBytes(append)
      }
      for tensor in tensors {
        #if _endian(little)
          try tensor.values.withUnsafeBytes(append)
        #else
          try littleEndianBytes(tensor.values.map(\.bitPattern)).withUnsafeBytes(append)
        #endif
        done += tensor.values.count
        work.show(done: done)
      }
    }
  }

  /// The header's JSON, padded with spaces to a multiple of 8 bytes, as the format requires.
  private func encodedHeader(path: String) throws -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var seen: Set<[UInt8]> = [Array("__metadata__".utf8)]
    var offset = 0
    let described =
      integers.map { ($0.name, $0.shape, $0.values.count, "I64", 8) }
      + tensors.map { ($0.name, $0.shape, $0.values.count, "F32", 4) }
    for (name, shape, count, type, size) in described {
      guard seen.insert(Array(name.utf8)).inserted else {
        throw Failure(.software, "The tensor name '\(name)' for '\(path)' is taken.", advice: "Names must differ.")
      }
      guard elementCount(shape) == count else {
        throw Failure(
          .software,
          "The tensor '\(name)' for '\(path)' has \(count) values, which do not fill the shape \(describe(shape))."
        )
      }
      let end = offset + count * size
      let lengths = shape.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(name)):{\"dtype\":\"\(type)\",\"shape\":[\(lengths)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    let text = Array("{\(members.joined(separator: ","))}".utf8)
    return text + [UInt8](repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
  }
}

/// `text` as a JSON string (RFC 8259, section 7).
private func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case ..<" ": result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
