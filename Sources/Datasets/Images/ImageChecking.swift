import Diagnostics
import Foundation
import Images
import Synchronization

extension ImageSamples {
  /// Reads every file on all cores and leaves out those that are damaged.
  ///
  /// Every rank reads all files, so that all ranks have the same list without communicating. A picture of 500 × 375
  /// pixels takes about 0.3 ms of one core.
  /// - Parameter pixelLimit: the largest number of pixels that a file may claim.
  /// - Returns: the sound samples, and why each other one was left out.
  /// - Throws: `Failure` (data) if a class has no samples left, (inputOutput) if a file cannot be read to its end,
  ///   (system) if there is not enough memory.
  public func withoutDamaged(pixelLimit: Int = ImageDecoder.defaultPixelLimit) throws -> (
    sound: ImageSamples, damage: [Failure]
  ) {
    let workers = min(max(1, ProcessInfo.processInfo.activeProcessorCount), max(1, samples.count))
    let found = Mutex<[Int: Failure]>([:])
    let sizes = Mutex<[Int: ImageSize]>([:])
    let work = LongWork("checking the images of \(source)", total: samples.count)
    let done = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      do {
        let decoder = try ImageDecoder(pixelLimit: pixelLimit)
        for index in stride(from: worker, to: samples.count, by: workers) {
          do {
            let size = try decoder.check(samples[index].path)
            sizes.withLock { $0[index] = size }
          } catch let failure as Failure {
            found.withLock { $0[index] = failure }
          }
          done.withLock {
            $0 += 1
            work.show(done: $0)
          }
        }
      } catch {
        found.withLock { $0[worker] = error as? Failure ?? Failure(.software, "\(error)") }
      }
    }
    let failures = found.withLock { $0 }.sorted { $0.key < $1.key }
    if let other = failures.first(where: { ![.data, .noInput].contains($0.value.exitCode) }) { throw other.value }
    let damaged = Set(failures.map(\.key))
    let known = sizes.withLock { $0 }
    let sound = samples.indices.filter { !damaged.contains($0) }.map { index in
      var sample = samples[index]
      sample.size = known[index]
      return sample
    }
    let remaining = Set(sound.map(\.label))
    for (label, name) in classNames.enumerated() where !remaining.contains(label) {
      throw Failure(
        .data, "\(source): no image of the class \(name) can be read",
        advice: failures.first { samples[$0.key].label == label }?.value.message)
    }
    return (with(sound), failures.map(\.value))
  }
}
