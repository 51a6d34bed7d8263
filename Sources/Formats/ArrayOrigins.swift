import Foundation

/// Elements in memory, aligned for every type.
final class HeldBytes: ArrayOrigin, @unchecked Sendable {
  /// The first element. The bytes never change.
  let base: UnsafeRawPointer

  /// A copy of bytes.
  init(_ bytes: ArraySlice<UInt8>) {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes.count), alignment: 64)
    UnsafeMutableRawBufferPointer(start: memory, count: bytes.count).copyBytes(from: bytes)
    base = UnsafeRawPointer(memory)
  }

  deinit { base.deallocate() }

  func read(_ elements: Range<Int>, size: Int, into memory: UnsafeMutableRawPointer) {
    memory.copyMemory(from: base + elements.lowerBound * size, byteCount: elements.count * size)
  }

  func checkUnchanged() {}
}

/// Elements that stand one after the other in a file.
struct FileElements: ArrayOrigin {
  let file: StoredFile
  /// Where the first one begins.
  let offset: Int

  func read(_ elements: Range<Int>, size: Int, into memory: UnsafeMutableRawPointer) throws {
    try file.read(offset + elements.lowerBound * size..<offset + elements.upperBound * size, into: memory)
  }

  func checkUnchanged() throws { try file.checkUnchanged() }
}

/// The elements of several arrays, one after the other.
struct JoinedElements: ArrayOrigin {
  let parts: [any ArrayOrigin]
  /// The first element of each part, and after the last one the number of all.
  let starts: [Int]

  func read(_ elements: Range<Int>, size: Int, into memory: UnsafeMutableRawPointer) throws {
    guard !elements.isEmpty else { return }
    // The last part that begins at the first element or before it, by halving.
    var (part, end) = (0, parts.count)
    while end - part > 1 {
      let middle = (part + end) / 2
      if starts[middle] <= elements.lowerBound { part = middle } else { end = middle }
    }
    var start = elements.lowerBound
    while start < elements.upperBound {
      let stop = min(elements.upperBound, starts[part + 1])
      if stop > start {
        try parts[part].read(
          start - starts[part]..<stop - starts[part], size: size, into: memory + (start - elements.lowerBound) * size)
        start = stop
      }
      part += 1
    }
  }

  func checkUnchanged() throws { for part in parts { try part.checkUnchanged() } }
}
