import CTIFF
import Diagnostics

/// The reading of one picture of a TIFF file.
struct TIFFReading {
  let tiff: OpaquePointer
  let source: UnsafeMutablePointer<dpt_tiff_source>
  let facts: dpt_tiff_facts
  let layout: TIFFLayout
  let path: String
  let chunk: PixelMemory

  /// Reads the picture as grey or colours of 8 or 16 bits, into memory that is enough for the wanted format, too.
  func read(_ size: ImageSize, for wanted: PixelFormat, pixelLimit: Int, into image: Image) throws {
    let tile = ImageSize(height: Int(facts.chunk_height), width: Int(facts.chunk_width))
    let (count, overflow) = tile.height.multipliedReportingOverflow(by: tile.width)
    guard count > 0, !overflow, count <= max(pixelLimit, 1 << 20) else {
      throw damaged(path, "TIFF", "its \(facts.is_tiled ? "tiles" : "strips") have \(tile) pixels")
    }
    let format = layout.format(bits: facts.bits)
    try image.reshape(size, format: format, for: wanted)
    // Now the errors of reading pixels, even if libtiff goes on.
    source.pointee.error.0 = 0
    guard layout.kind != .brightness else { return try readConverted(into: image) }
    try image.reserve(size, bytes: layout.samples * format.depth.rawValue / 8)
    switch format.depth {
    case .eight: try readSamples(into: image, tile, as: UInt8.self)
    case .sixteen: try readSamples(into: image, tile, as: UInt16.self)
    }
  }

  /// Has libtiff convert the colours.
  private func readConverted(into image: Image) throws {
    try image.reserve(image.size, bytes: 4)
    guard let words = image.values(as: UInt32.self) else { return }
    // With the picture's own orientation, libtiff turns nothing.
    let orientation = Int32((Orientation(rawValue: facts.orientation) ?? .upright).rawValue)
    let isRead = TIFFReadRGBAImageOriented(tiff, facts.width, facts.height, words, orientation, 1)
    try checkPixels(isRead: isRead != 0)
    let memory = UnsafeMutableRawPointer(words)
    for pixel in 0..<image.size.count {
      let word = memory.load(fromByteOffset: 4 * pixel, as: UInt32.self)
      for channel in 0..<3 {
        let value = UInt8(truncatingIfNeeded: word >> UInt32(8 * channel))
        memory.storeBytes(of: value, toByteOffset: 3 * pixel + channel, as: UInt8.self)
      }
    }
  }

  /// Reads all strips or tiles, and changes their samples to grey or colours.
  private func readSamples<Value: Sample>(into image: Image, _ tile: ImageSize, as type: Value.Type) throws {
    let (size, planes) = (image.size, facts.is_separate ? layout.samples : 1)
    let rowBytes = Int(facts.is_tiled ? TIFFTileRowSize(tiff) : TIFFScanlineSize(tiff))
    let chunkBytes = Int(facts.is_tiled ? TIFFTileSize(tiff) : tmsize_t(rowBytes * tile.height))
    let rowBits = tile.width * (facts.is_separate ? 1 : Int(facts.samples)) * Int(facts.bits)
    guard rowBytes >= (rowBits + 7) / 8, chunkBytes >= rowBytes * tile.height else { throw failure() }
    try chunk.reserve(tile, bytes: (chunkBytes + tile.count - 1) / tile.count)
    guard let rows = chunk.base, let pixels = image.values(as: type) else { return }
    for plane in 0..<planes {
      for top in stride(from: 0, to: size.height, by: tile.height) {
        let height = min(tile.height, size.height - top)
        for left in stride(from: 0, to: size.width, by: tile.width) {
          try readChunk(
            to: rows, count: facts.is_tiled ? chunkBytes : height * rowBytes, top: top, left: left, plane: plane)
          for row in 0..<height {
            unpack(
              rows + row * rowBytes, count: min(tile.width, size.width - left), isSeparate: facts.is_separate,
              to: pixels + ((top + row) * size.width + left) * layout.samples + plane)
          }
        }
      }
    }
    finish(pixels, count: size.count)
  }

  private func readChunk(to rows: UnsafeMutableRawPointer, count: Int, top: Int, left: Int, plane: Int) throws {
    let (x, y, sample) = (UInt32(left), UInt32(top), UInt16(plane))
    let read =
      facts.is_tiled
      ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, x, y, 0, sample), rows, tmsize_t(count))
      : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, y, sample), rows, tmsize_t(count))
    try checkPixels(isRead: read == count)
  }

  private func checkPixels(isRead: Bool) throws {
    let warning = text(of: source.pointee.warning)
    let isLossy = JPEG.losses.contains(where: warning.contains)
    guard isRead, !isLossy, source.pointee.error.0 == 0 else { throw failure(isLossy ? warning : nil) }
  }

  private func failure(_ reason: String? = nil) -> Failure {
    let said = text(of: source.pointee.error)
    return damaged(path, "TIFF", reason ?? (said.isEmpty ? "its pixels end early" : said))
  }

  // MARK: Samples

  /// Unpacks a row of samples: all of each pixel that are read, or those of one plane.
  private func unpack<Value: Sample>(
    _ row: UnsafeMutableRawPointer, count: Int, isSeparate: Bool, to pixels: UnsafeMutablePointer<Value>
  ) {
    let (stored, stride) = (isSeparate ? 1 : Int(facts.samples), layout.samples)
    let (taken, bits) = (isSeparate ? 1 : stride, Int(facts.bits))
    if bits == Value.bitWidth {
      let values = row.assumingMemoryBound(to: Value.self)
      if taken == stored, taken == stride { return pixels.update(from: values, count: count * taken) }
      for pixel in 0..<count {
        for sample in 0..<taken { pixels[pixel * stride + sample] = values[pixel * stored + sample] }
      }
      return
    }
    // Packed from the highest bit on, across bytes.
    let bytes = row.assumingMemoryBound(to: UInt8.self)
    let most = UInt32(1) << UInt32(bits) - 1
    for pixel in 0..<count {
      for sample in 0..<taken {
        var value: UInt32 = 0
        let first = (pixel * stored + sample) * bits
        for bit in first..<first + bits { value = value << 1 | UInt32(bytes[bit >> 3] >> UInt8(7 - bit & 7)) & 1 }
        if layout.kind != .palette { value = (value * UInt32(Value.max) + most / 2) / most }
        pixels[pixel * stride + sample] = Value(truncatingIfNeeded: value)
      }
    }
  }

  /// Changes the samples of each pixel to grey or colours, in place.
  private func finish<Value: Sample>(_ values: UnsafeMutablePointer<Value>, count: Int) {
    switch layout.kind {
    case .grey(let isInverted):
      divide(values, count: count, channels: 1)
      if isInverted { for place in 0..<count { values[place] = ~values[place] } }
    case .rgb: divide(values, count: count, channels: 3)
    case .inks:
      for pixel in 0..<count {
        let inks = values + pixel * layout.samples
        let light = UInt64(Value.max - inks[3])
        for channel in 0..<3 {
          let covered = (UInt64(inks[channel]) * light + UInt64(Value.max / 2)) / UInt64(Value.max)
          values[3 * pixel + channel] = Value(light - covered)
        }
      }
    case .palette: lookUp(values, count: count)
    case .brightness: break
    }
  }

  /// Divides colours by the opacity that they were multiplied by, as PIL does, and drops it.
  private func divide<Value: Sample>(_ values: UnsafeMutablePointer<Value>, count: Int, channels: Int) {
    guard layout.isMultiplied else { return }
    for pixel in 0..<count {
      let stored = values + pixel * (channels + 1)
      let opacity = UInt32(stored[channels])
      for channel in 0..<channels {
        let quotient = opacity == 0 ? 0 : UInt32(stored[channel]) * UInt32(Value.max) / opacity
        values[pixel * channels + channel] = Value(min(quotient, UInt32(Value.max)))
      }
    }
  }

  private func lookUp<Value: Sample>(_ values: UnsafeMutablePointer<Value>, count: Int) {
    guard let red = facts.palette.0, let green = facts.palette.1, let blue = facts.palette.2 else { return }
    let colors = 0..<1 << Int(facts.bits)
    // Some programs write 8 bits instead of 16, as libtiff knows.
    let isNarrow = [red, green, blue].allSatisfy { map in colors.allSatisfy { map[$0] < 256 } }
    // Backwards: each pixel is read before it is overwritten.
    for pixel in (0..<count).reversed() {
      let index = Int(values[pixel])
      for (channel, map) in [red, green, blue].enumerated() {
        values[3 * pixel + channel] = Value(isNarrow ? map[index] : map[index] >> 8)
      }
    }
  }
}

/// A stored sample: a byte or two.
protocol Sample: FixedWidthInteger, UnsignedInteger, BitwiseCopyable {}
extension UInt8: Sample {}
extension UInt16: Sample {}
