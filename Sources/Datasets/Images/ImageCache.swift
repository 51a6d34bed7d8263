import CAtomics
import Images

/// Prepared images in memory, which threads and ranks of a machine fill and read together.
///
/// A table has two words for each image: where its pixels are, and its size. An image that another is just writing counts as
/// missing, so that nobody waits, even if a rank was killed while it wrote. Pixels are never removed.
final class ImageCache: @unchecked Sendable {
  /// The largest memory for pixels that is worth having, for images of these sizes; nil where a size is not known.
  static func pixelBytes(_ sizes: [ImageSize?], format: PixelFormat, limit: Int) -> Int {
    var bytes = 0
    for size in sizes {
      guard let size, bytes < limit else { return limit }
      bytes += padded(size.count * format.channels * format.depth.rawValue / 8)
    }
    return min(bytes, limit)
  }

  /// The bytes of a cache for `count` images with `pixelBytes` bytes of pixels.
  static func byteCount(_ count: Int, pixelBytes: Int) -> Int { pixelStart(count) + padded(pixelBytes) }

  private let memory: CacheMemory
  private let words: UnsafeMutablePointer<UInt64>
  private let count: Int
  private let format: PixelFormat

  /// A cache of `count` images of a format in zeroed memory, or in memory that others use already; nil if it cannot be used.
  init?(_ count: Int, of format: PixelFormat, in memory: CacheMemory) {
    guard let base = memory.bytes.baseAddress, memory.bytes.count >= Self.pixelStart(count),
      memory.reserve(0..<Self.pixelStart(count))
    else { return nil }
    (self.memory, self.count, self.format) = (memory, count, format)
    words = base.bindMemory(to: UInt64.self, capacity: Self.pixelStart(count) / MemoryLayout<UInt64>.size)
  }

  /// Whether an image's pixels are there.
  func holds(_ index: Int) -> Bool { dpt_atomic_load(entry(index)) > Self.isBeingWritten }

  /// Copies an image's pixels if they are there, and returns whether they are.
  /// - Throws: `Failure` (system) if there is not enough memory for the copy.
  func copy(_ index: Int, to image: Image) throws -> Bool {
    let entry = self.entry(index)
    let place = dpt_atomic_load(entry)
    guard place > Self.isBeingWritten else { return false }
    let size = ImageSize(height: Int(entry[1] >> 32), width: Int(entry[1] & 0xFFFF_FFFF))
    try image.reshape(size, format: format)
    UnsafeMutableRawBufferPointer(image.pixels).copyMemory(
      from: UnsafeRawBufferPointer(rebasing: memory.bytes[Int(place)..<Int(place) + image.pixels.count]))
    return true
  }

  /// Keeps an image, unless it is there, another is writing it, or there is no room.
  func keep(_ index: Int, _ image: Image) {
    let bytes = image.pixels.count
    guard bytes > 0, hasRoom(for: bytes) else { return }
    let entry = self.entry(index)
    guard dpt_atomic_replace(entry, Self.isMissing, Self.isBeingWritten) else { return }
    guard let place = take(bytes) else { return dpt_atomic_store(entry, Self.isMissing) }
    UnsafeMutableRawBufferPointer(rebasing: memory.bytes[place..<place + bytes]).copyMemory(
      from: UnsafeRawBufferPointer(image.pixels))
    entry[1] = UInt64(image.size.height) << 32 | UInt64(image.size.width)
    dpt_atomic_store(entry, UInt64(place))
  }

  /// Takes room for some bytes; nil if there is none.
  private func take(_ bytes: Int) -> Int? {
    while true {
      let used = dpt_atomic_load(words)
      let place = Self.pixelStart(count) + Int(used)
      guard place + bytes <= memory.bytes.count, isReserved(upTo: place + bytes) else { return nil }
      if dpt_atomic_replace(words, used, used + UInt64(Self.padded(bytes))) { return place }
    }
  }

  private func hasRoom(for bytes: Int) -> Bool {
    Self.pixelStart(count) + Int(dpt_atomic_load(words)) + bytes <= memory.bytes.count
  }

  /// Reserves memory step by step: at once, it would take all of `data.cache` for a few images, and seconds to clear.
  private func isReserved(upTo end: Int) -> Bool {
    let word = words + 1
    while true {
      let reserved = dpt_atomic_load(word)
      guard reserved != Self.isRefused else { return false }
      if end <= Int(reserved) { return true }
      let start = max(Int(reserved), Self.pixelStart(count))
      let next = min(memory.bytes.count, max(end, start + Self.step))
      // Others may reserve the same bytes at the same time; that does no harm.
      let isThere = memory.reserve(start..<next)
      _ = dpt_atomic_replace(word, reserved, isThere ? UInt64(next) : Self.isRefused)
    }
  }

  private func entry(_ index: Int) -> UnsafeMutablePointer<UInt64> { words + Self.headWords + 2 * index }

  /// Values of an entry's first word that are no place.
  private static let isMissing: UInt64 = 0
  private static let isBeingWritten: UInt64 = 1
  /// The first two words count the bytes of pixels, and those that are reserved. The second one is this if no more can be.
  private static let isRefused = UInt64.max
  private static let headWords = 8
  /// Pixels start at multiples of a cache line.
  private static let line = 64
  /// The bytes that are reserved at once.
  private static let step = 16 << 20

  private static func padded(_ bytes: Int) -> Int { (bytes + line - 1) / line * line }

  private static func pixelStart(_ count: Int) -> Int {
    padded((headWords + 2 * count) * MemoryLayout<UInt64>.size)
  }
}
