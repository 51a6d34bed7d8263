import Diagnostics
import Foundation

/// What one rank's data set may use of the machine beside the training.
public struct MachineShare {
  /// The number of this machine's ranks that hold the data set.
  public var ranks: Int
  /// The number of processors that the training leaves idle for each of these ranks.
  public var idleProcessors: Int
  /// Memory of the data set's `cacheBytes` that these ranks use together; nil if each has its own.
  public var memory: CacheMemory?

  /// Bundles the shares.
  public init(ranks: Int = 1, idleProcessors: Int = 0, memory: CacheMemory? = nil) {
    self.ranks = ranks
    self.idleProcessors = idleProcessors
    self.memory = memory
  }
}

extension MachineShare {
  /// The number of threads that load samples, with the one beside the training that asks for them: as many as `wanted`; or if
  /// that is nil, one for each idle processor.
  func threads(_ wanted: Int?) -> Int {
    wanted ?? min(max(idleProcessors, 1), LoadingThreads.usualLimit)
  }
}

/// Memory that several ranks of a machine read and write; zero at first.
public final class CacheMemory {
  /// The bytes.
  let bytes: UnsafeMutableRawBufferPointer
  /// Makes sure that bytes can be touched, and returns whether they can. Any thread may call it.
  let reserve: @Sendable (Range<Int>) -> Bool
  private let release: () -> Void

  /// Memory at an address. `reserve` makes sure that a range of it can be touched, and returns whether it can; any thread may
  /// call it. `release` gives the memory back.
  public init(
    _ bytes: UnsafeMutableRawBufferPointer, reserve: @escaping @Sendable (Range<Int>) -> Bool,
    release: @escaping () -> Void
  ) {
    self.bytes = bytes
    self.reserve = reserve
    self.release = release
  }

  /// Memory of this process alone. It takes only the pages that are written.
  /// - Throws: `Failure` (system) if there is not enough.
  init(byteCount: Int) throws {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    guard let start = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0), start != MAP_FAILED else {
      throw Failure(
        .system, "not enough memory to keep \((byteCount + 1 << 20 - 1) >> 20) MiB of images",
        advice: "make data.cache smaller; 0 keeps none")
    }
    bytes = UnsafeMutableRawBufferPointer(start: start, count: byteCount)
    reserve = { _ in true }
    release = { munmap(start, byteCount) }
  }

  deinit {
    release()
  }
}
