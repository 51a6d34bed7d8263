/// Memory that all ranks of one machine read and write; zero at first.
///
/// Unchecked: its users agree on who writes where and when.
public final class SharedMemory: @unchecked Sendable {
  /// The part of each rank of the machine, lowest rank first; each starts on 64 bytes.
  public let parts: [UnsafeMutableRawBufferPointer]
  private let release: @Sendable () -> Void

  /// Memory in parts, which `release` gives back.
  init(parts: [UnsafeMutableRawBufferPointer], release: @escaping @Sendable () -> Void) {
    self.parts = parts
    self.release = release
  }

  /// Memory of this process, for ranks within it.
  package convenience init(byteCounts: [Int]) {
    let parts = byteCounts.map { count in
      let part = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 64), alignment: 64)
      part.initializeMemory(as: UInt8.self, repeating: 0)
      return part
    }
    nonisolated(unsafe) let all = parts
    self.init(parts: parts, release: { all.forEach { $0.deallocate() } })
  }

  deinit {
    release()
  }
}
