#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

import Diagnostics

/// Memory that grows to the most that was needed so far.
final class PixelMemory {
  private(set) var base: UnsafeMutableRawPointer?
  private(set) var capacity = 0

  deinit { free(base) }

  /// Makes room for `bytes` bytes of each pixel of an image. The contents are lost if it grows.
  /// - Throws: `Failure` (system) if there is not enough memory.
  func reserve(_ size: ImageSize, bytes: Int) throws {
    let needed = size.count * bytes
    guard needed > capacity else { return }
    guard let larger = malloc(needed) else {
      throw Failure(.system, "not enough memory for an image of \(size) pixels")
    }
    free(base)
    (base, capacity) = (larger, needed)
  }
}
