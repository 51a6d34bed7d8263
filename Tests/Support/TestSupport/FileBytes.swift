import CZlib

/// `bytes` as a gzip file, packed by zlib.
public func gzipped(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  // 15 bits of window; 16 more ask for gzip's header and check.
  precondition(
    deflateInit2_(
      &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size)) == Z_OK)
  defer { deflateEnd(&stream) }
  var input = bytes
  return input.withUnsafeMutableBufferPointer { input in
    [UInt8](unsafeUninitializedCapacity: Int(deflateBound(&stream, UInt(input.count)))) { output, count in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(output.count)
      precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
      count = output.count - Int(stream.avail_out)
    }
  }
}

/// The header of an IDX file: the element type's code and the lengths of the axes.
public func idxHeader(_ type: UInt8, _ shape: [Int]) -> [UInt8] {
  [0, 0, type, UInt8(shape.count)]
    + shape.flatMap { length in (0..<4).reversed().map { UInt8(length >> (8 * $0) & 255) } }
}

/// An IDX file of 8-bit elements.
public func idxFile(_ shape: [Int], _ elements: [UInt8]) -> [UInt8] { idxHeader(0x08, shape) + elements }

/// A file of CIFAR: each image's label bytes, then its planes of 32×32 bytes, red, green and blue.
public func cifarFile(
  _ labels: [[UInt8]], pixel: (_ image: Int, _ color: Int, _ row: Int, _ column: Int) -> UInt8
) -> [UInt8] {
  var bytes: [UInt8] = []
  for (image, label) in labels.enumerated() {
    bytes += label
    for color in 0..<3 {
      for row in 0..<32 {
        for column in 0..<32 { bytes.append(pixel(image, color, row, column)) }
      }
    }
  }
  return bytes
}
