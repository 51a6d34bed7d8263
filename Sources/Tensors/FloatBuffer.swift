import CKernels
import Diagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A vector of floats on a 64-byte boundary, initially zero, with 16 floats of slack at its end. The memory is freed with the
/// object, or belongs to another object.
public final class FloatBuffer {
  /// The first float.
  public private(set) var base: UnsafeMutablePointer<Float>
  /// The number of floats without slack.
  public let count: Int
  /// Keeps the memory alive if it is not this buffer's own.
  private var owner: AnyObject?
  private var isFreed = false

  /// Bytes of a large page on usual processors.
  private static let hugePage = 2 << 20

  /// Allocates `count` floats.
  /// - Throws: `Failure` (system) if there is not enough memory.
  public init(count: Int) throws {
    let bytes = (count + Int(DPT_LANES)) * MemoryLayout<Float>.stride
    var memory: UnsafeMutableRawPointer?
    let isLarge = bytes >= 2 * FloatBuffer.hugePage
    guard posix_memalign(&memory, isLarge ? FloatBuffer.hugePage : 64, bytes) == 0, let memory else {
      throw Failure(
        .system, "not enough memory: \(bytes / 1_048_576) MiB asked for at once",
        advice: "a smaller batch, a smaller model, or more ranks on more machines need less on each")
    }
    #if os(Linux)
      // With pages of 4 KB the processor would look up addresses all the time. The system need not have larger ones.
      if isLarge { _ = madvise(memory, bytes, MADV_HUGEPAGE) }
    #endif
    memset(memory, 0, bytes)
    self.base = memory.bindMemory(to: Float.self, capacity: count + Int(DPT_LANES))
    self.count = count
  }

  /// A buffer of memory kept alive by `owner`, with slack at its end.
  package init(lending base: UnsafeMutablePointer<Float>, count: Int, of owner: AnyObject) {
    self.base = base
    self.count = count
    self.owner = owner
  }

  deinit { release() }

  /// Frees the memory before the buffer; nothing may read or write it any more.
  package func release() {
    if owner == nil, !isFreed { free(base) }
    isFreed = true
  }

  /// Rebinds to memory kept alive by `owner`; its contents become the values.
  package func move(to memory: UnsafeMutablePointer<Float>, of owner: AnyObject) {
    release()
    base = memory
    self.owner = owner
  }

  /// The floats without slack.
  public var floats: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }
}
