import Diagnostics

/// The supported element types of safetensors files; the raw value is the format's code.
enum SafetensorsElement: String, CaseIterable {
  case half = "F16"
  case brain = "BF16"
  case single = "F32"
  case double = "F64"
  case long = "I64"

  var byteCount: Int {
    switch self {
    case .half, .brain: 2
    case .single: 4
    case .double, .long: 8
    }
  }

  /// Converts a tensor's bytes to its values.
  typealias Reader<Value> = (UnsafeRawBufferPointer) -> [Value]

  /// The reader for numbers that become float32; nil for whole numbers.
  var floats: Reader<Float>? {
    let size = byteCount
    return switch self {
    case .half: { decode($0, count: $0.count / size) { (bits: UInt16, _) in float(fromHalf: bits) } }
    case .brain: { decode($0, count: $0.count / size) { (bits: UInt16, _) in float(fromBrain: bits) } }
    case .single: { decode($0, count: $0.count / size) { (bits: UInt32, _) in Float(bitPattern: bits) } }
    case .double: { decode($0, count: $0.count / size) { (bits: UInt64, _) in Float(Double(bitPattern: bits)) } }
    case .long: nil
    }
  }

  /// The reader for whole numbers; nil for others.
  var integers: Reader<Int64>? {
    guard case .long = self else { return nil }
    return { decode($0, count: $0.count / 8) { (bits: UInt64, _) in Int64(bitPattern: bits) } }
  }
}

/// The checked header of a safetensors file: all ranges are in the file and cover it exactly once.
struct SafetensorsHeader {
  struct Entry {
    var name: String
    var element: SafetensorsElement
    var shape: [Int]
    /// The start of the range of bytes, counted from the end of the header.
    var begin: Int
    var end: Int
  }

  /// The tensors in the order of their bytes.
  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]
  /// The offset in the file at which the tensors' bytes begin.
  let dataStart: Int
  private let source: String

  private static let advice = "The file is damaged, cut short or not a safetensors file; copy or write it again."

  /// Parses and checks the header of `file`; `source` is its name in messages. Throws `Failure` (data).
  init(file: [UInt8], source: String) throws {
    self.source = source
    let advice = Self.advice
    guard file.count >= 8 else {
      throw Failure(
        .data, "\(source) is \(file.count) bytes long; a safetensors file has at least 8, the header's length.",
        advice: advice)
    }
    let length = file[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(file.count - 8) else {
      if let (kind, help) = Self.otherKind(file, source: source) {
        throw Failure(.data, "\(source) is not a safetensors file but \(kind).", advice: help)
      }
      throw Failure(
        .data,
        "\(source): the header claims \(length) bytes, but \(file.count - 8) bytes follow.",
        advice: advice)
    }
    dataStart = 8 + Int(length)
    let members = try Self.members(of: file[8..<dataStart], source: source, advice: advice)
    var seen: Set<[UInt8]> = []
    for (name, value) in members {
      guard seen.insert(Array(name.utf8)).inserted else {
        throw Failure(.data, "\(source): the name '\(name)' occurs twice in the header.", advice: "Names must differ.")
      }
      if name == "__metadata__" {
        metadata = try strings(in: value)
      } else {
        entries.append(try entry(name, value))
      }
    }
    let order = entries.indices.sorted {
      (entries[$0].begin, entries[$0].end, $0) < (entries[$1].begin, entries[$1].end, $1)
    }
    entries = order.map { entries[$0] }
    try checkCoverage(dataCount: file.count - dataStart)
  }

  /// The kind of a file of another format, and advice on it.
  private static func otherKind(_ file: [UInt8], source: String) -> (kind: String, help: String)? {
    if file.starts(with: [0x50, 0x4B, 3, 4]) {
      return ("a zip archive", "Weights in archives of torch.save and numpy.savez are read by model.weights.")
    }
    if file[0] == 0x80, (2...5).contains(file[1]) {
      return (
        "a pickle, or a file of torch.save before PyTorch 1.6",
        "torch.save(torch.load(\(source)), \"weights.pt\") writes a new one; "
          + "of a whole module, torch.save(module.state_dict(), \"weights.pt\"). Do it only with files that you trust."
      )
    }
    if file.starts(with: [0x93] + "NUMPY".utf8) {
      return (
        "a single array of NumPy (.npy)",
        "Put all weights into one archive by numpy.savez(\"weights.npz\", **{\"0.weight\": weight, \"0.bias\": bias})."
      )
    }
    if file.prefix(64).allSatisfy({ 0x20..<0x7F ~= $0 || [0x09, 0x0A, 0x0D].contains($0) }) {
      return ("text", "Weights are in a file .safetensors, .npz or .pt, and in a run's folder.")
    }
    if file.starts(with: [0x89, 0x48, 0x44, 0x46]) {
      return ("an HDF5 file", "Write the weights with safetensors, or as .npz with numpy.savez.")
    }
    return nil
  }

  private static func members(
    of text: ArraySlice<UInt8>, source: String, advice: String
  ) throws -> [(key: String, value: JSONHeader)] {
    let json: JSONHeader
    do {
      json = try JSONHeader(parsing: text)
    } catch {
      throw Failure(
        .data, "\(source): the header is not valid JSON at byte \(error.offset) of \(text.count): \(error.text).",
        advice: advice)
    }
    guard case .object(let members) = json else {
      throw Failure(.data, "\(source): the header is JSON, but not an object.", advice: advice)
    }
    return members
  }

  private func strings(in value: JSONHeader) throws -> [String: String] {
    let wrong = Failure(
      .data, "\(source): __metadata__ is not an object of strings with one value for each key.",
      advice: Self.advice)
    guard case .object(let members) = value else { throw wrong }
    var result: [String: String] = [:]
    for (key, value) in members {
      guard case .string(let text) = value, result.updateValue(text, forKey: key) == nil else { throw wrong }
    }
    return result
  }

  private func entry(_ name: String, _ value: JSONHeader) throws -> Entry {
    let tensor = "\(source): the tensor '\(name)'"
    guard case .object(let members) = value else {
      throw Failure(.data, "\(tensor) is not described by an object.", advice: Self.advice)
    }
    let fields = Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }
    guard members.count == 3, case .string(let code) = fields["dtype"], case .array(let lengths) = fields["shape"],
      case .array(let offsets) = fields["data_offsets"]
    else {
      throw Failure(
        .data, "\(tensor) does not have the three fields dtype, shape and data_offsets, each once.", advice: Self.advice
      )
    }
    guard let element = SafetensorsElement(rawValue: code) else {
      let readable = SafetensorsElement.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure(
        .data, "\(tensor) has the type '\(shortened(code))', which cannot be read.",
        advice: "Readable are \(readable); convert it with to(torch.float32) or astype.")
    }
    guard let shape = naturals(lengths) else {
      throw Failure(
        .data, "\(tensor) has a shape that is not a list of integers from 0 to 2^63 - 1.", advice: Self.advice)
    }
    guard let range = naturals(offsets), range.count == 2, range[0] <= range[1] else {
      throw Failure(
        .data, "\(tensor) has data_offsets that are not two integers, the first at most the second.",
        advice: Self.advice)
    }
    let described = "the shape \(describe(shape)) of \(code)"
    guard let count = elementCount(shape),
      case let (byteCount, overflow) = count.multipliedReportingOverflow(by: element.byteCount), !overflow
    else {
      throw Failure(.data, "\(tensor): \(described) is beyond any memory.", advice: Self.advice)
    }
    guard byteCount == range[1] - range[0] else {
      throw Failure(
        .data,
        "\(tensor): \(described) needs \(byteCount) bytes, but the offsets \(range[0]) to \(range[1]) hold "
          + "\(range[1] - range[0]).", advice: Self.advice)
    }
    return Entry(name: name, element: element, shape: shape, begin: range[0], end: range[1])
  }

  private func naturals(_ values: [JSONHeader]) -> [Int]? {
    var result: [Int] = []
    for value in values {
      guard case .integer(let number) = value, number >= 0 else { return nil }
      result.append(number)
    }
    return result
  }

  private func checkCoverage(dataCount: Int) throws {
    var covered = 0
    for entry in entries {
      let tensor = "\(source): the tensor '\(entry.name)' at the offsets \(entry.begin) to \(entry.end)"
      if entry.end > dataCount {
        throw Failure(
          .data, "\(tensor) leaves the file: \(dataCount) bytes follow the header.",
          advice: "The file was cut short or is damaged; copy or write it again.")
      }
      if entry.begin < covered {
        throw Failure(.data, "\(tensor) overlaps the one before it, which ends at \(covered).", advice: Self.advice)
      }
      if entry.begin > covered {
        throw Failure(.data, "\(tensor) leaves a gap: the one before it ends at \(covered).", advice: Self.advice)
      }
      covered = entry.end
    }
    if covered < dataCount {
      throw Failure(
        .data, "\(source): \(dataCount) bytes follow the header, but the tensors cover only \(covered).",
        advice: Self.advice)
    }
  }
}
