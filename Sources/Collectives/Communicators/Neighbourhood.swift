import CMPIShim

/// The ranks of one machine with some memory that all of them read and write, and a place in time where they meet.
package final class Neighbourhood {
  /// The number of ranks.
  package let count: Int
  /// This rank's place among them.
  package let place: Int
  /// The memory: as many bytes as were asked for, zeroed, on a cache line.
  package let memory: UnsafeMutableRawPointer
  private let shared: SharedMemory
  private let counter: UnsafeMutablePointer<dpt_counter>
  private let messenger: any Messenger
  private let spin: UInt32
  private var meetings: UInt32 = 0

  /// Finds the ranks of this rank's machine; every rank of the job calls it, those of one machine with the same number of
  /// bytes. Nil on all where memory cannot be shared.
  package static func find(_ communicator: any Communicator, byteCount: Int) throws -> Neighbourhood? {
    let isFirst = communicator.neighbours.first == communicator.rank
    let bytes = isFirst ? MemoryLayout<dpt_counter>.size + byteCount : 0
    guard let shared = try communicator.shareMemory(byteCount: bytes) else { return nil }
    return Neighbourhood(shared, communicator)
  }

  private init(_ shared: SharedMemory, _ communicator: any Communicator) {
    guard let start = shared.parts[0].baseAddress else { preconditionFailure("shared memory has an address") }
    let ranks = communicator.neighbours
    self.shared = shared
    messenger = communicator
    count = ranks.count
    place = ranks.firstIndex(of: communicator.rank) ?? 0
    counter = start.assumingMemoryBound(to: dpt_counter.self)
    memory = start + MemoryLayout<dpt_counter>.size
    spin = communicator.isOversubscribed ? 0 : TreeReducer.spinMicroseconds
  }

  /// Waits until all have come here; what each wrote before, all see after. Allocates nothing.
  package func meet() throws {
    meetings &+= 1
    let target = meetings &* UInt32(count)
    dpt_counter_arrive(counter, target)
    while !dpt_counter_wait(counter, target, spin, TreeReducer.sleepMicroseconds) { try messenger.lookAfterPeers() }
  }
}
