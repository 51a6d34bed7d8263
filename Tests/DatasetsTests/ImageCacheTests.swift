import CAllocationCounter
import Diagnostics
import Foundation
import Images
import Tensors
import Testing

@testable import Datasets

/// The cache that the ranks of a machine share.
@Suite struct ImageCacheTests {
  private func data(_ root: String, cache: Int = 1, threads: Int = 1) throws -> ImageDataset {
    try ImageDataset(
      ImageSamples(folder: root, split: "train"), pipeline: samplePipeline(), seed: 9, purpose: .trainingData,
      cache: cache, threads: threads)
  }

  /// An image of one level.
  private func image(_ level: UInt8, side: Int = 100) throws -> Image {
    let image = Image()
    try image.reshape(ImageSize(height: side, width: side))
    image.pixels.update(repeating: level)
    return image
  }

  private func cache(_ count: Int, pixelBytes: Int, reserve: @escaping @Sendable (Range<Int>) -> Bool = { _ in true })
    throws -> (cache: ImageCache?, memory: CacheMemory)
  {
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: ImageCache.byteCount(count, pixelBytes: pixelBytes), alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    let memory = CacheMemory(bytes, reserve: reserve, release: { bytes.deallocate() })
    return (ImageCache(count, of: PixelFormat(), in: memory), memory)
  }

  @Test func anImageThatOneRankHasReadIsUsedByAll() throws {
    try withImages(sixImages) { root in
      let plain = try loaded(data(root, cache: 0), [0, 1, 2, 3, 4, 5]).map(\.floats)
      let ranks = try [data(root), data(root, threads: 3)]
      #expect(ranks[0].cacheBytes == ranks[1].cacheBytes && ranks[0].cacheBytes < 6 * 20 * 24 * 3 + 1000)
      let memory = try CacheMemory(byteCount: ranks[0].cacheBytes)
      for rank in ranks { rank.use(MachineShare(ranks: 2, memory: memory)) }
      #expect(try loaded(ranks[0], [0, 2, 4]).map(\.floats) == [plain[0], plain[2], plain[4]])
      #expect(try loaded(ranks[1], [1, 3, 5]).map(\.floats) == [plain[1], plain[3], plain[5]])
      try FileManager.default.removeItem(atPath: "\(root)/train")
      for rank in ranks { #expect(try loaded(rank, [0, 1, 2, 3, 4, 5]).map(\.floats) == plain) }
    }
  }

  @Test func imagesThatDoNotFitAreReadAgain() throws {
    let (made, memory) = try cache(4, pixelBytes: 65_000)
    let cache = try #require(made)
    for index in 0..<3 { cache.keep(index, try image(UInt8(index))) }
    let copy = Image()
    #expect(try cache.copy(0, to: copy) && copy.size == ImageSize(height: 100, width: 100))
    #expect(copy.pixels.allSatisfy { $0 == 0 })
    #expect(try cache.copy(1, to: copy) && copy.pixels.allSatisfy { $0 == 1 })
    #expect(try !cache.copy(2, to: copy) && !cache.copy(3, to: copy))
    // A smaller one still fits.
    cache.keep(2, try image(7, side: 20))
    #expect(try cache.copy(2, to: copy) && copy.pixels.count == 1200 && copy.pixels.allSatisfy { $0 == 7 })
    withExtendedLifetime(memory) {}
  }

  /// A rank that was killed while it wrote an image.
  @Test func anImageThatIsBeingWrittenIsMissing() throws {
    let (made, memory) = try cache(2, pixelBytes: 65_000)
    let cache = try #require(made)
    // The first word of the second entry.
    memory.bytes.storeBytes(of: 1, toByteOffset: (8 + 2) * 8, as: UInt64.self)
    cache.keep(1, try image(3))
    #expect(try !cache.copy(1, to: Image()))
    cache.keep(0, try image(3))
    #expect(try cache.copy(0, to: Image()))
  }

  @Test func memoryThatCannotBeHadEndsTheGrowth() throws {
    let limit = 40_000
    let (made, memory) = try cache(4, pixelBytes: 1 << 26, reserve: { $0.upperBound < limit })
    let cache = try #require(made)
    for index in 0..<2 { cache.keep(index, try image(1)) }
    #expect(try !cache.copy(0, to: Image()) && !cache.copy(1, to: Image()))
    let (refused, other) = try self.cache(4, pixelBytes: 1000, reserve: { _ in false })
    #expect(refused == nil)
    withExtendedLifetime((memory, other)) {}

    try withImages(sixImages) { root in
      let data = try data(root)
      data.use(MachineShare(ranks: 2, memory: other))
      // It has memory of its own instead.
      let first = try loaded(data, [0, 1]).map(\.floats)
      try FileManager.default.removeItem(atPath: "\(root)/train")
      #expect(try loaded(data, [0, 1]).map(\.floats) == first)
    }
  }

  @Test func threadsAndRanksFillItTogether() throws {
    let (made, memory) = try cache(200, pixelBytes: 200 * 30_016)
    let cache = try #require(made)
    DispatchQueue.concurrentPerform(iterations: 4) { worker in
      for index in 0..<200 { try? cache.keep(index, image(UInt8(index))) }
    }
    let copy = Image()
    for index in 0..<200 {
      #expect(try cache.copy(index, to: copy) && copy.pixels.allSatisfy { $0 == UInt8(index) }, "\(index)")
    }
    withExtendedLifetime(memory) {}
  }

  @Test func theMemoryIsNoLargerThanAllImages() {
    let sizes = [ImageSize(height: 10, width: 10), ImageSize(height: 1, width: 1)]
    let format = PixelFormat()
    #expect(ImageCache.pixelBytes(sizes, format: format, limit: 1 << 20) == 320 + 64)
    #expect(ImageCache.pixelBytes(sizes, format: format, limit: 100) == 100)
    #expect(ImageCache.pixelBytes([sizes[0], nil], format: format, limit: 1 << 20) == 1 << 20)
    #expect(
      ImageCache.pixelBytes(sizes, format: PixelFormat(colors: .grey, depth: .sixteen), limit: 1 << 20) == 256 + 64)
  }

  @Test(.enabled(if: dpt_counts_allocations(), "a sanitizer has allocation functions of its own"))
  func cachedImagesAllocateNothing() throws {
    try withImages(sixImages) { root in
      for threads in [1, 3] {
        let data = try data(root, threads: threads)
        let batch = try Batch(for: data, capacity: 6)
        try [0, 1, 2, 3, 4, 5].withUnsafeBufferPointer { indices in
          for epoch in 1...2 { try data.load(epoch: epoch, indices: indices, into: batch) }
          let before = dpt_allocation_count()
          try data.load(epoch: 3, indices: indices, into: batch)
          #expect(dpt_allocation_count() == before)
        }
      }
    }
  }
}
