import Diagnostics
import Images

/// What a look at every image has found.
struct CheckedImages: Sendable {
  /// What is known of each image; nil if it is damaged.
  let facts: [ImageFacts?]
  /// The images that cannot be used, ascending, and why.
  let damage: [(index: Int, failure: Failure)]

  /// The images that can be used, ascending.
  var sound: [Int] { facts.indices.filter { facts[$0] != nil } }
}

extension ImageSource {
  /// Reads every image on all processors, unless `known` gives its facts. Any thread may call `known`.
  ///
  /// Every rank reads all of them, so that all ranks have the same list without communicating. A picture of 500 × 375 pixels
  /// takes about 0.3 ms of one core.
  /// - Parameters:
  ///   - text: where the images are from, for the display of long work.
  ///   - pixelLimit: the largest number of pixels that an image may claim.
  /// - Throws: `Failure` (inputOutput) if an image cannot be read to its end, (system) if there is not enough memory.
  func check(
    _ text: String, pixelLimit: Int, known: @Sendable (_ index: Int) -> ImageFacts? = { _ in nil }
  ) throws -> CheckedImages {
    let work = LongWork("checking the images of \(text)", total: count)
    let found = try onAllProcessors(count) {
      (decoder: try ImageDecoder(pixelLimit: pixelLimit), bytes: [UInt8]())
    } show: {
      work.show(done: $0)
    } look: { worker, index -> Result<ImageFacts, Failure> in
      if let facts = known(index) { return .success(facts) }
      do {
        try read(index, into: &worker.bytes, limit: worker.decoder.byteLimit)
        // The decoder may change the bytes.
        let (bytes, contents) = (worker.bytes.count, ImageFacts.hash(worker.bytes))
        let size = try worker.decoder.check(&worker.bytes, name: name(of: index))
        return .success(ImageFacts(size: size, bytes: bytes, contents: contents))
      } catch let failure as Failure where [.data, .noInput].contains(failure.exitCode) {
        return .failure(failure)
      }
    }
    return CheckedImages(
      facts: found.map { try? $0.get() },
      damage: found.enumerated().compactMap { index, found in
        if case .failure(let failure) = found { (index, failure) } else { nil }
      })
  }
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
      sample.facts = found.facts[index]
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
