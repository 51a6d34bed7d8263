import CKernels
import Diagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Floats on a 64-byte boundary, zero at first, with 16 floats of slack behind; freed with the object, or lent by another.
public final class FloatBuffer {
  /// The first float.
  public private(set) var base: UnsafeMutablePointer<Float>
  /// Number of floats, slack not counted.
  public let count: Int
  /// What keeps the memory, where it is not this buffer's own.
  private var owner: AnyObject?

  /// Allocates `count` floats.
  /// - Throws: `Failure` (system) where the machine has not got that much memory.
  public init(count: Int) throws {
    let bytes = (count + Int(DPT_LANES)) * MemoryLayout<Float>.stride
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, 64, bytes) == 0, let memory else {
      throw Failure(
        .system, "not enough memory: \(bytes / 1_048_576) MiB asked for at once",
        advice: "a smaller batch, a smaller model, or more ranks on more machines need less on each")
    }
    memset(memory, 0, bytes)
    self.base = memory.bindMemory(to: Float.self, capacity: count + Int(DPT_LANES))
    self.count = count
  }

  /// Floats in memory that `owner` keeps, with slack behind.
  package init(lending base: UnsafeMutablePointer<Float>, count: Int, of owner: AnyObject) {
    self.base = base
    self.count = count
    self.owner = owner
  }

  deinit {
    if owner == nil { free(base) }
  }

  /// Lies from now on in memory that `owner` keeps, with the values that are there.
  package func move(to memory: UnsafeMutablePointer<Float>, of owner: AnyObject) {
    if self.owner == nil { free(base) }
    base = memory
    self.owner = owner
  }

  /// The floats, slack not included.
  public var floats: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }
}
