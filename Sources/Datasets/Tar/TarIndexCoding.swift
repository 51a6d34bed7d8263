import Formats

/// The file of an index, binary: a mark with the version, then the fields as little-endian numbers and texts with their lengths,
/// then the SHA-256 of all before.
extension TarIndex {
  private static let mark = Array("dp-train tar 3\n".utf8)
  private static let digestLength = 64

  /// The bytes of the file.
  func encoded() throws -> [UInt8] {
    var writer = ByteWriter(TarIndex.mark)
    for number in [stamp.size, stamp.seconds, stamp.nanoseconds] { writer.write(number) }
    writer.write(end)
    writer.write(members.count)
    for member in members {
      writer.write(member.name)
      writer.write(member.offset)
      writer.write(member.size)
    }
    writer.write(others.count)
    for other in others {
      writer.write(other.name)
      writer.write(other.kind)
    }
    writer.write(inspections.count)
    for (ending, inspection) in inspections.sorted(by: { $0.key < $1.key }) {
      writer.write(ending)
      writer.write(Int(inspection.depth.rawValue))
      writer.write(inspection.pixelLimit)
    }
    writer.write(findings.count)
    for (member, finding) in findings.sorted(by: { $0.key < $1.key }) {
      writer.write(member)
      writer.write(finding.shape.count)
      for extent in finding.shape { writer.write(extent) }
      writer.write(finding.fault?.message)
      guard let fault = finding.fault else { continue }
      writer.write(fault.advice)
      writer.write(Int(fault.depth.rawValue))
    }
    writer.write(targets.count)
    for (name, texts) in targets.sorted(by: { $0.key < $1.key }) {
      writer.write(name)
      writer.write(texts.count)
      for (member, target) in texts.sorted(by: { $0.key < $1.key }) {
        writer.write(member)
        switch target {
        case .text(let text):
          writer.write(0)
          writer.write(text)
        case .fault(let text):
          writer.write(1)
          writer.write(text)
        case .numbers(let numbers, let shape):
          writer.write(2)
          writer.write(shape.count)
          for extent in shape { writer.write(extent) }
          writer.write(numbers)
        }
      }
    }
    let digest = try writer.bytes.withUnsafeBytes { try sha256(of: $0) }
    return writer.bytes + Array(digest.utf8)
  }

  /// Reads the bytes of a file; nil if they are damaged or of another version.
  init?(_ bytes: [UInt8]) {
    guard bytes.count > TarIndex.mark.count + TarIndex.digestLength, bytes.starts(with: TarIndex.mark) else {
      return nil
    }
    let end = bytes.count - TarIndex.digestLength
    let digest = try? bytes.withUnsafeBytes { try sha256(of: UnsafeRawBufferPointer(rebasing: $0[..<end])) }
    guard let digest, bytes[end...].elementsEqual(digest.utf8) else { return nil }
    var reader = ByteReader(bytes[TarIndex.mark.count..<end])
    do {
      try self.init(&reader)
    } catch {
      return nil
    }
  }

  private init(_ reader: inout ByteReader) throws(ByteReader.End) {
    stamp = FileStamp(size: try reader.number(), seconds: try reader.number(), nanoseconds: try reader.number())
    end = try reader.end()
    members = []
    for _ in 0..<(try reader.count()) {
      members.append(
        TarDirectory.Member(name: try reader.text(), offset: try reader.number(), size: try reader.number()))
    }
    others = []
    for _ in 0..<(try reader.count()) {
      others.append(TarDirectory.Other(name: try reader.text(), kind: try reader.text()))
    }
    for _ in 0..<(try reader.count()) {
      inspections[try reader.text()] = Inspection(depth: try reader.depth(), pixelLimit: try reader.number())
    }
    for _ in 0..<(try reader.count()) {
      let member = try reader.number()
      var finding = Finding()
      for _ in 0..<(try reader.count()) { finding.shape.append(try reader.number()) }
      if let message = try reader.optionalText() {
        finding.fault = Fault(message: message, advice: try reader.optionalText(), depth: try reader.depth())
      }
      findings[member] = finding
    }
    for _ in 0..<(try reader.count()) {
      let name = try reader.text()
      var texts: [Int: Target] = [:]
      for _ in 0..<(try reader.count()) {
        let member = try reader.number()
        texts[member] = try reader.target()
      }
      targets[name] = texts
    }
  }
}

/// Appends numbers and texts.
private struct ByteWriter {
  var bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func write(_ number: Int) {
    withUnsafeBytes(of: Int64(number).littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func write(_ text: String) {
    write(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  mutating func write(_ numbers: [Float]) {
    write(numbers.count)
    for number in numbers {
      withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
  }

  mutating func write(_ text: String?) {
    write(text == nil ? 0 : 1)
    if let text { write(text) }
  }

  mutating func write(_ end: TarDirectory.End) {
    switch end {
    case .mark: write(0)
    case .markWithin: write(1)
    case .noMark: write(2)
    case .cut(let how):
      write(3)
      write(how)
    }
  }
}

/// Takes numbers and texts from bytes.
private struct ByteReader {
  /// The bytes end too early, or say what cannot be.
  struct End: Error {}

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  mutating func number() throws(End) -> Int {
    guard rest.count >= 8 else { throw End() }
    let value = rest.prefix(8).withUnsafeBytes { Int64(littleEndian: $0.loadUnaligned(as: Int64.self)) }
    rest = rest.dropFirst(8)
    return Int(value)
  }

  /// The number of entries or bytes that follow: never more than the rest has.
  mutating func count() throws(End) -> Int {
    let count = try number()
    guard (0...rest.count).contains(count) else { throw End() }
    return count
  }

  mutating func text() throws(End) -> String {
    let count = try count()
    defer { rest = rest.dropFirst(count) }
    return String(decoding: rest.prefix(count), as: UTF8.self)
  }

  mutating func target() throws(End) -> TarIndex.Target {
    switch try number() {
    case 0: return .text(try text())
    case 1: return .fault(try text())
    case 2:
      var shape: [Int] = []
      for _ in 0..<(try count()) { shape.append(try number()) }
      return .numbers(try floats(), shape: shape)
    default: throw End()
    }
  }

  private mutating func floats() throws(End) -> [Float] {
    let size = 4 * (try count())
    guard rest.count >= size else { throw End() }
    defer { rest = rest.dropFirst(size) }
    return rest.prefix(size).withUnsafeBytes { bytes in
      stride(from: 0, to: size, by: 4).map {
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
      }
    }
  }

  mutating func optionalText() throws(End) -> String? { try number() == 0 ? nil : try text() }

  mutating func end() throws(End) -> TarDirectory.End {
    switch try number() {
    case 0: .mark
    case 1: .markWithin
    case 2: .noMark
    case 3: .cut(try text())
    default: throw End()
    }
  }

  mutating func depth() throws(End) -> TarIndex.Depth {
    guard let depth = UInt8(exactly: try number()).flatMap(TarIndex.Depth.init) else { throw End() }
    return depth
  }
}
