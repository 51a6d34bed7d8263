import Diagnostics
import Foundation

/// Where the elements of a `StoredArray` come from. Any thread may read.
protocol ArrayOrigin: Sendable {
  /// Copies elements of `size` bytes, in C order, to memory that is large enough.
  func read(_ elements: Range<Int>, size: Int, into memory: UnsafeMutableRawPointer) throws
  /// Checks that the file is as it was when it was opened.
  func checkUnchanged() throws
}

/// An array whose elements stay in their file until they are needed, and are converted to float32 when they are read. Small
/// ones are kept in memory, in their own type. Any thread may read.
public final class StoredArray: Sendable {
  /// The most bytes of an array that is kept in memory: they are read within some hundredths of a second, and copying a small
  /// sample from memory takes a tenth of the time of a call of the system for it.
  @TaskLocal package static var mostInMemory = 64 << 20

  /// The length of each axis; empty for a single value.
  public let shape: [Int]
  /// The element type.
  public let element: NPYElement
  /// The array's name in messages: its file and, if that holds more, its name there.
  public let source: String
  /// The number of elements.
  public let count: Int
  /// Whether the bytes of each element are in the other order than the machine's.
  let isSwapped: Bool
  let origin: any ArrayOrigin
  private let memory: HeldBytes?
  private let scratch = Scratch()

  /// An array of such elements; `isBigEndian` says how their bytes are ordered.
  init(shape: [Int], element: NPYElement, source: String, isBigEndian: Bool = false, origin: any ArrayOrigin) {
    self.shape = shape
    self.element = element
    self.source = source
    count = elementCount(shape) ?? 0
    #if _endian(little)
      isSwapped = isBigEndian && element.byteCount > 1
    #else
      isSwapped = !isBigEndian && element.byteCount > 1
    #endif
    self.origin = origin
    memory = origin as? HeldBytes
  }

  /// An array in memory.
  public convenience init(_ array: NPYArray) {
    self.init(shape: array.shape, element: array.element, source: array.source, origin: HeldBytes(array.bytes))
  }

  /// Arrays of one element type, one after the other. They must differ in the first axis alone.
  convenience init(joining parts: [StoredArray], source: String) {
    precondition(parts.allSatisfy { $0.isSwapped == parts[0].isSwapped && $0.element == parts[0].element })
    let rows = parts.reduce(0) { $0 + $1.shape[0] }
    self.init(
      shape: [rows] + parts[0].shape.dropFirst(), element: parts[0].element, source: source,
      origin: JoinedElements(
        parts: parts.map(\.origin), starts: parts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }))
  }

  /// The same array, in memory if it is small.
  /// - Throws: as `read`.
  func held() throws -> StoredArray { try byteCount <= StoredArray.mostInMemory ? StoredArray(array()) : self }

  /// Whether the elements are in memory.
  public var isInMemory: Bool { memory != nil }
  /// The size of all elements.
  public var byteCount: Int { count * element.byteCount }

  /// Checks that the file has not changed since it was opened. It is to be called before each batch.
  /// - Throws: `Failure` (data) if it has.
  public func checkUnchanged() throws { if !isInMemory { try origin.checkUnchanged() } }

  /// Reads elements as float32. Wider types are rounded to the nearest, truth values are 0 and 1, as in `NPYArray.floats`.
  /// - Throws: `Failure` (inputOutput, data) if they cannot be read.
  public func read(_ elements: Range<Int>, into floats: UnsafeMutablePointer<Float>) throws {
    if let memory { return convert(memory.base + elements.lowerBound * element.byteCount, elements.count, to: floats) }
    if isFloat { return try origin.read(elements, size: 4, into: floats) }
    try scratch.withBuffers { raw, _ in try read(elements, by: raw, into: floats) }
  }

  /// Reads elements as float32, each `width` of them to a place of their own: those of row r to `place(r)`.
  /// - Throws: as the first form.
  public func read(_ elements: Range<Int>, width: Int, to place: (Int) -> UnsafeMutablePointer<Float>) throws {
    let rows = elements.count / width
    if let memory {
      let base = memory.base + elements.lowerBound * element.byteCount
      for row in 0..<rows { convert(base + row * width * element.byteCount, width, to: place(row)) }
      return
    }
    try scratch.withBuffers { raw, floats in
      let most = max(1, Scratch.floats / width)
      for first in stride(from: 0, to: rows, by: most) {
        let count = min(most, rows - first)
        let start = elements.lowerBound + first * width
        // A row that is longer than the buffer goes to its place at once.
        guard width <= Scratch.floats else {
          try read(start..<start + width, by: raw, into: place(first))
          continue
        }
        try read(start..<start + count * width, by: raw, into: floats)
        for row in 0..<count { place(first + row).update(from: floats + row * width, count: width) }
      }
    }
  }

  private func read(
    _ elements: Range<Int>, by raw: UnsafeMutableRawPointer, into floats: UnsafeMutablePointer<Float>
  ) throws {
    if isFloat { return try origin.read(elements, size: 4, into: floats) }
    let size = element.byteCount
    // Whole rows, if they are not too long: they are read from chunks at once.
    let row = count / max(1, shape.first ?? 1)
    let fitting = Scratch.bytes / size
    let most = 0 < row && row < fitting ? fitting / row * row : fitting
    for start in stride(from: elements.lowerBound, to: elements.upperBound, by: most) {
      let part = start..<min(start + most, elements.upperBound)
      try origin.read(part, size: size, into: raw)
      convert(raw, part.count, to: floats + (start - elements.lowerBound))
    }
  }

  /// All elements in memory.
  /// - Throws: as `read`.
  public func array() throws -> NPYArray {
    let size = element.byteCount
    var bytes = [UInt8](repeating: 0, count: byteCount)
    try bytes.withUnsafeMutableBytes { memory in
      if let base = memory.baseAddress, count > 0 { try origin.read(0..<count, size: size, into: base) }
    }
    if isSwapped {
      for start in stride(from: 0, to: bytes.count, by: size) { bytes[start..<start + size].reverse() }
    }
    return NPYArray(shape: shape, element: element, count: count, source: source) { bytes[...] }
  }

  /// Calls `body` with the elements in the byte order of the file, part by part.
  private func forEachPart(_ body: (_ elements: UnsafeRawPointer, _ count: Int) throws -> Bool) throws {
    let size = element.byteCount
    try scratch.withBuffers { raw, _ in
      let most = Scratch.bytes / size
      for start in stride(from: 0, to: count, by: most) {
        let part = start..<min(start + most, count)
        try origin.read(part, size: size, into: raw)
        guard try body(raw, part.count) else { return }
      }
    }
  }

  /// The first whole number that float32 does not have; nil if there is none, or if elements are no wide integers.
  /// - Throws: as `read`.
  public func firstRounded() throws -> Double? {
    switch element {
    case .int32: try firstRounded(Int32.self)
    case .int64: try firstRounded(Int64.self)
    case .uint32: try firstRounded(UInt32.self)
    case .uint64: try firstRounded(UInt64.self)
    default: nil
    }
  }

  private func firstRounded<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Double? {
    var found: Double?
    try forEachPart { elements, count in
      let values = elements.assumingMemoryBound(to: Value.self)
      for index in 0..<count {
        let value = Double(isSwapped ? values[index].byteSwapped : values[index])
        if Double(Float(value)) != value {
          found = value
          return false
        }
      }
      return true
    }
    return found
  }

  /// Whether elements are float32 as the machine has them.
  private var isFloat: Bool { element == .float32 && !isSwapped }

  private func convert(_ elements: UnsafeRawPointer, _ count: Int, to floats: UnsafeMutablePointer<Float>) {
    element.convert(elements, count: count, isSwapped: isSwapped, to: floats)
  }
}

/// Buffers between a file and a batch. They are allocated when they are first used, and one thread uses them at a time.
private final class Scratch: @unchecked Sendable {
  static let bytes = 256 << 10
  static let floats = bytes / MemoryLayout<Float>.size
  private let lock = NSLock()
  private var buffers: UnsafeMutableRawPointer?

  deinit { buffers?.deallocate() }

  func withBuffers<Result>(
    _ body: (_ raw: UnsafeMutableRawPointer, _ rows: UnsafeMutablePointer<Float>) throws -> Result
  ) rethrows -> Result {
    lock.lock()
    defer { lock.unlock() }
    let buffers = buffers ?? .allocate(byteCount: 2 * Scratch.bytes, alignment: 64)
    self.buffers = buffers
    return try body(buffers, (buffers + Scratch.bytes).assumingMemoryBound(to: Float.self))
  }
}
