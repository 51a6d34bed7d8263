/// Memory that all ranks of one machine read and write; zero at first.
///
/// Unchecked: its users agree on who writes where and when.
public final class SharedMemory: @unchecked Sendable {
  /// The area of each rank of the machine, lowest rank first; each starts on 64 bytes.
  public let areas: [UnsafeMutableRawBufferPointer]
  private let grow: (@Sendable (Range<Int>) -> Bool)?
  private let release: @Sendable () -> Void

  /// Memory in areas, which `release` gives back. `grow` reserves bytes counted from the first area's start; nil if all are
  /// reserved.
  init(
    areas: [UnsafeMutableRawBufferPointer], grow: (@Sendable (Range<Int>) -> Bool)? = nil,
    release: @escaping @Sendable () -> Void
  ) {
    self.areas = areas
    self.grow = grow
    self.release = release
  }

  /// Memory of this process, for ranks within it.
  package convenience init(byteCounts: [Int]) {
    let areas = byteCounts.map { count in
      let area = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 64), alignment: 64)
      area.initializeMemory(as: UInt8.self, repeating: 0)
      return area
    }
    nonisolated(unsafe) let all = areas
    self.init(areas: areas, release: { all.forEach { $0.deallocate() } })
  }

  deinit {
    release()
  }

  /// Makes sure that a part of memory that grows can be touched, in bytes from the start of the first area, and returns whether
  /// it can. Any thread may call it.
  package func reserve(_ bytes: Range<Int>) -> Bool { grow?(bytes) ?? true }
}
