import CKernels
import Diagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Floats on a 64-byte boundary, zero at first, with 16 floats of slack behind; freed with the object.
public final class FloatBuffer {
  /// The first float.
  public let base: UnsafeMutablePointer<Float>
  /// Number of floats, slack not counted.
  public let count: Int

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

  deinit {
    free(base)
  }

  /// The floats, slack not included.
  public var floats: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }
}
