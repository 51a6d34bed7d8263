import CMPIShim
import Foundation

extension MPICommunicator {
  /// Anonymous memory, so that killed ranks leave nothing behind; or if the other ranks cannot see that, memory under a name
  /// that is removed once all ranks of the machine have opened it. See `Communicator`.
  public func shareMemory(byteCount: Int) throws -> SharedMemory? { try share(byteCount, grows: false) }

  /// The same, but bytes are reserved by and by.
  public func shareGrowingMemory(byteCount: Int) throws -> SharedMemory? { try share(byteCount, grows: true) }

  private func share(_ byteCount: Int, grows: Bool) throws -> SharedMemory? {
    let page = Int(getpagesize())
    let counts = try gatherWithinAgreement(max(page, (byteCount + page - 1) / page * page))
    let sizes = neighbours.map { counts[$0] }
    sharings += 1
    if let memory = try share(sizes, name: nil, grows: grows) { return memory }
    let name = "/dp-train-\(String(leader.token, radix: 36))-\(String(sharings, radix: 36))"
    return try share(sizes, name: name, grows: grows)
  }

  /// The first rank of this rank's machine, which makes the memory.
  private var leader: StartedRanks.Facts { facts[neighbours[0]] }

  /// Memory of these sizes, one for each rank of the machine; nil on all ranks if one of them cannot make or map its own.
  private func share(_ sizes: [Int], name: String?, grows: Bool) throws -> SharedMemory? {
    let starts = sizes.indices.map { sizes[..<$0].reduce(0, +) }
    let total = sizes.reduce(0, +)
    let own = neighbours.firstIndex(of: rank) ?? 0
    var file: Int32 = -1
    let hasMade = own != 0 || dpt_shared_create(name, total, grows, &file) == 0
    defer { if own == 0, hasMade { dpt_shared_close(name, file) } }
    // Negative if it failed; ranks that make none send no file.
    let files = try gather(hasMade ? max(0, Int(file)) : -1)
    guard files.allSatisfy({ $0 >= 0 }) else { return nil }

    let place = name ?? "/proc/\(leader.process)/fd/\(files[neighbours[0]])"
    // In another namespace the number means another process.
    let isVisible = name != nil || leader.namespace == facts[rank].namespace
    var error: Int32 = 0
    var kept: Int32 = -1
    let start = withUnsafeMutablePointer(to: &kept) {
      isVisible ? dpt_shared_map(place, total, starts[own], sizes[own], grows ? $0 : nil, &error) : nil
    }
    let isShared = try gather(start != nil).allSatisfy(\.self)
    guard let start else { return nil }
    nonisolated(unsafe) let mapping = start
    let growing = kept
    let areas = zip(starts, sizes).map { UnsafeMutableRawBufferPointer(start: start + $0, count: $1) }
    let grow: @Sendable (Range<Int>) -> Bool = { dpt_shared_grow(growing, $0.lowerBound, $0.count) == 0 }
    let memory = SharedMemory(
      areas: areas, grow: grows ? grow : nil,
      release: {
        dpt_shared_unmap(mapping, total)
        if growing >= 0 { dpt_shared_close(nil, growing) }
      })
    return isShared ? memory : nil
  }
}
