extension Image {
  /// Resizes the image to pixels of a format that `convert` then changes to another one in place.
  func reshape(_ size: ImageSize, format: PixelFormat, for wanted: PixelFormat) throws {
    try reserve(size, bytes: max(format.bytes, wanted.bytes))
    try reshape(size, format: format)
  }

  /// Changes the format of all pixels in place; the memory must be enough. Colours become grey as in PIL's `convert("L")`,
  /// and 16 bits are rounded to 8.
  func convert(to wanted: PixelFormat) {
    if wanted.depth == .eight, format.depth == .sixteen { narrow() }
    if wanted.colors != format.colors {
      switch (wanted.colors, format.depth) {
      case (.grey, .eight): mixColors(as: UInt8.self)
      case (.grey, .sixteen): mixColors(as: UInt16.self)
      case (.rgb, .eight): repeatGrey(as: UInt8.self)
      case (.rgb, .sixteen): repeatGrey(as: UInt16.self)
      }
    }
    if wanted.depth == .sixteen, format.depth == .eight { widen() }
  }

  private func mixColors<Value: FixedWidthInteger & BitwiseCopyable>(as type: Value.Type) {
    reinterpret(as: PixelFormat(colors: .grey, depth: format.depth))
    guard let values = values(as: type) else { return }
    for pixel in 0..<size.count {
      let color = values + 3 * pixel
      // The weights of ITU-R BT.601 in parts of 65536, which they add to.
      let sum = UInt32(color[0]) &* 19595 &+ UInt32(color[1]) &* 38470 &+ UInt32(color[2]) &* 7471 &+ 32768
      values[pixel] = Value(truncatingIfNeeded: sum >> 16)
    }
  }

  private func repeatGrey<Value: FixedWidthInteger & BitwiseCopyable>(as type: Value.Type) {
    reinterpret(as: PixelFormat(colors: .rgb, depth: format.depth))
    guard let values = values(as: type) else { return }
    // Backwards: each pixel is read before it is overwritten.
    for pixel in (0..<size.count).reversed() {
      let grey = values[pixel]
      for channel in 0..<3 { values[3 * pixel + channel] = grey }
    }
  }

  private func narrow() {
    let count = size.count * format.channels
    guard let memory = values(as: UInt8.self).map({ UnsafeMutableRawPointer($0) }) else { return }
    for place in 0..<count {
      memory.storeBytes(
        of: eightBits(memory.load(fromByteOffset: 2 * place, as: UInt16.self)), toByteOffset: place, as: UInt8.self)
    }
    reinterpret(as: PixelFormat(colors: format.colors, depth: .eight))
  }

  private func widen() {
    let count = size.count * format.channels
    reinterpret(as: PixelFormat(colors: format.colors, depth: .sixteen))
    guard let memory = values(as: UInt8.self).map({ UnsafeMutableRawPointer($0) }) else { return }
    for place in (0..<count).reversed() {
      let value = UInt16(memory.load(fromByteOffset: place, as: UInt8.self)) &* 257
      memory.storeBytes(of: value, toByteOffset: 2 * place, as: UInt16.self)
    }
  }
}

/// The nearest of 256 levels, as in libpng.
private func eightBits(_ value: UInt16) -> UInt8 {
  UInt8(truncatingIfNeeded: (UInt32(value) &* 255 &+ 32895) >> 16)
}
