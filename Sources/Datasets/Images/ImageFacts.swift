import Diagnostics
import Formats
import Images

/// What is known of an image that was read once and is sound.
struct ImageFacts: Equatable, Sendable {
  /// Rows and columns of the decoded image.
  let size: ImageSize
  /// The size of its file.
  let bytes: Int
  /// A hash of all bytes of its file.
  let contents: UInt64

  /// Facts that were kept.
  init(size: ImageSize, bytes: Int, contents: UInt64) {
    (self.size, self.bytes, self.contents) = (size, bytes, contents)
  }

  /// Of the bytes of a file. The same on every machine: words of 64 bits in four chains, so that it takes little beside decoding.
  /// A change within one word always changes it.
  static func hash(_ bytes: [UInt8]) -> UInt64 {
    bytes.withUnsafeBytes { memory in
      let prime: UInt64 = 0x9E37_79B9_7F4A_7C15
      var chains = SIMD4<UInt64>(1, 2, 3, 4)
      func add(_ bytes: UnsafeRawBufferPointer, at start: Int) {
        var words = SIMD4<UInt64>()
        for chain in 0..<4 {
          words[chain] = UInt64(
            littleEndian: bytes.loadUnaligned(fromByteOffset: start + 8 * chain, as: UInt64.self))
        }
        chains = (chains ^ words) &* prime
        chains ^= chains &>> 29
      }
      let whole = memory.count / 32 * 32
      for start in stride(from: 0, to: whole, by: 32) { add(memory, at: start) }
      withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { rest in
        rest.initializeMemory(as: UInt8.self, repeating: 0)
        rest.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[whole...]))
        add(UnsafeRawBufferPointer(rest), at: 0)
      }
      return (0..<4).reduce(UInt64(memory.count)) { hash, chain in
        let mixed = (hash ^ chains[chain]) &* prime
        return mixed ^ mixed >> 32
      }
    }
  }
}

/// Reads an image file into `bytes`, reusing its memory.
/// - Parameter facts: what was known of it when it was checked; nil if it was not.
/// - Throws: as `readFile`, (data) if its contents are others now.
func readImage(_ path: String, as facts: ImageFacts?, into bytes: inout [UInt8], limit: Int) throws {
  try readFile(path, into: &bytes, limit: limit)
  guard let facts, facts.bytes != bytes.count || facts.contents != ImageFacts.hash(bytes) else { return }
  throw Failure(
    .data, "\(path) has other contents than when it was checked",
    advice: "let images be while they are read, and start again or go on by --resume, which says that they changed; "
      + "if the file has kept its time, touch it first")
}
