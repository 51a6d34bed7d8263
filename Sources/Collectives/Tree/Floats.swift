let floatSize = MemoryLayout<Float>.size

/// Allocates zeroed floats on a 64-byte boundary; release them with `deallocate()`. At least a cache line, so that they have
/// an address.
func allocateFloats(_ count: Int) -> UnsafeMutablePointer<Float> {
  let bytes = UnsafeMutableRawPointer.allocate(byteCount: max(count, 16) * floatSize, alignment: 64)
  return bytes.initializeMemory(as: Float.self, repeating: 0, count: max(count, 16))
}

extension UnsafeMutablePointer<Float> {
  /// The bytes of `count` floats.
  func bytes(_ count: Int) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: self, count: count))
  }
}
