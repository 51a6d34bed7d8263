import CMPIShim
import Foundation

extension MPICommunicator {
  /// Memory without a name, which nothing outlives; or where the others would not find that, under a name that lives until
  /// all ranks of the machine have found it. See `Communicator`.
  public func shareMemory(byteCount: Int) throws -> SharedMemory? {
    let page = Int(getpagesize())
    let counts = try gatherWithinAgreement(max(page, (byteCount + page - 1) / page * page))
    let sizes = neighbours.map { counts[$0] }
    sharings += 1
    if let memory = try share(sizes, name: nil) { return memory }
    return try share(sizes, name: "/dp-train-\(String(leader.token, radix: 36))-\(String(sharings, radix: 36))")
  }

  /// The first rank of this rank's machine, which makes the memory.
  private var leader: StartedRanks.Facts { facts[neighbours[0]] }

  /// Memory of such sizes for each rank of the machine; nil on all ranks where one cannot make or find its own.
  private func share(_ sizes: [Int], name: String?) throws -> SharedMemory? {
    let starts = sizes.indices.map { sizes[..<$0].reduce(0, +) }
    let total = sizes.reduce(0, +)
    let own = neighbours.firstIndex(of: rank) ?? 0
    var file: Int32 = -1
    let hasMade = own != 0 || dpt_shared_create(name, total, &file) == 0
    defer { if own == 0, hasMade { dpt_shared_close(name, file) } }
    // Negative where it failed; those that make none say nothing of a file.
    let files = try gatherWords(hasMade ? max(0, Int(file)) : -1)
    guard files.allSatisfy({ $0 >= 0 }) else { return nil }

    let place = name ?? "/proc/\(leader.process)/fd/\(files[neighbours[0]])"
    // The number of a process means another one elsewhere.
    let isVisible = name != nil || leader.namespace == facts[rank].namespace
    var error: Int32 = 0
    let start = isVisible ? dpt_shared_map(place, total, starts[own], sizes[own], &error) : nil
    let isShared = try gatherWords(start != nil ? 1 : 0).allSatisfy { $0 == 1 }
    guard let start else { return nil }
    nonisolated(unsafe) let mapping = start
    let memory = SharedMemory(
      parts: zip(starts, sizes).map { UnsafeMutableRawBufferPointer(start: start + $0, count: $1) },
      release: { dpt_shared_unmap(mapping, total) })
    return isShared ? memory : nil
  }
}
