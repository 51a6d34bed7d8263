import Diagnostics
import Foundation
import Images
import Synchronization

/// What a look at every image has found.
public struct CheckedImages: Sendable {
  /// The size of each decoded image; nil if it is damaged.
  public let sizes: [ImageSize?]
  /// The images that cannot be used, ascending, and why.
  public let damage: [(index: Int, failure: Failure)]

  /// The images that can be used, ascending.
  public var sound: [Int] { sizes.indices.filter { sizes[$0] != nil } }
}

extension ImageSource {
  /// Reads every image on all cores.
  ///
  /// Every rank reads all of them, so that all ranks have the same list without communicating. A picture of 500 × 375 pixels
  /// takes about 0.3 ms of one core.
  /// - Parameters:
  ///   - text: where the images are from, for the display of long work.
  ///   - pixelLimit: the largest number of pixels that an image may claim.
  /// - Throws: `Failure` (inputOutput) if an image cannot be read to its end, (system) if there is not enough memory.
  public func check(_ text: String, pixelLimit: Int = ImageDecoder.defaultPixelLimit) throws -> CheckedImages {
    try check(text, pixelLimit: pixelLimit) { _ in nil }
  }

  /// The same, where `known` gives the sizes of images that are known to be sound. Any thread may call it.
  func check(
    _ text: String, pixelLimit: Int, known: @Sendable (_ index: Int) -> ImageSize?
  ) throws -> CheckedImages {
    let count = count
    let workers = min(max(1, ProcessInfo.processInfo.activeProcessorCount), max(1, count))
    let failures = Mutex<[Int: Failure]>([:])
    // Each thread writes entries of its own.
    nonisolated(unsafe) let sizes = UnsafeMutablePointer<ImageSize?>.allocate(capacity: count)
    sizes.initialize(repeating: nil, count: count)
    defer { sizes.deallocate() }
    let work = LongWork("checking the images of \(text)", total: count)
    let done = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      do {
        let decoder = try ImageDecoder(pixelLimit: pixelLimit)
        var bytes: [UInt8] = []
        for (turn, index) in stride(from: worker, to: count, by: workers).enumerated() {
          do {
            if let size = known(index) {
              sizes[index] = size
            } else {
              try read(index, into: &bytes, limit: decoder.byteLimit)
              sizes[index] = try decoder.check(&bytes, name: name(of: index))
            }
          } catch let failure as Failure {
            failures.withLock { $0[index] = failure }
          }
          guard turn % Self.portion == Self.portion - 1 else { continue }
          done.withLock {
            $0 += Self.portion
            work.show(done: $0)
          }
        }
      } catch {
        failures.withLock { $0[worker] = error as? Failure ?? Failure(.software, "\(error)") }
      }
    }
    let damage = failures.withLock { $0 }.sorted { $0.key < $1.key }
    if let other = damage.first(where: { ![.data, .noInput].contains($0.value.exitCode) }) { throw other.value }
    return CheckedImages(
      sizes: Array(UnsafeBufferPointer(start: sizes, count: count)),
      damage: damage.map { (index: $0.key, failure: $0.value) })
  }

  /// Images between two updates of the display.
  private static var portion: Int { 16 }
}

extension ImageSamples {
  /// Reads every file that is not known to be sound from an earlier time, and leaves out those that are damaged.
  /// - Parameters:
  ///   - pixelLimit: the largest number of pixels that a file may claim.
  ///   - least: the number of files from which on it is noted which are sound.
  /// - Returns: the sound samples, and why each other one was left out.
  /// - Throws: `Failure` (data) if a class has no samples left, or as `check`.
  public func withoutDamaged(
    pixelLimit: Int = ImageDecoder.defaultPixelLimit, least: Int = ImageIndex.usualLeast
  ) throws -> (sound: ImageSamples, damage: [Failure]) {
    let found = try ImageIndex.check(
      self, source, index: "\(source)/\(ImageIndex.name)", pixelLimit: pixelLimit, least: least)
    let sound = found.sound.map { index in
      var sample = samples[index]
      sample.size = found.sizes[index]
      return sample
    }
    let remaining = Set(sound.map(\.label))
    for (label, name) in classNames.enumerated() where !remaining.contains(label) {
      throw Failure(
        .data, "\(source): no image of the class \(name) can be read",
        advice: found.damage.first { samples[$0.index].label == label }?.failure.message)
    }
    return (with(sound), found.damage.map(\.failure))
  }
}
