import Formats
import Foundation
import TestSupport
import Testing

@testable import Datasets
@testable import Tensors

/// Mixed batches, against torchvision's `MixUp` and `CutMix` (Tests/Reference/make_mixing.py).
@Suite struct MixingTests {
  private static let classes = 4

  private func reference(_ name: String) throws -> NPZArchive {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try NPZArchive(contentsOf: folder.appending(path: "Reference/\(name)").path)
  }

  /// The reference's images, mixed in a batch of all of them.
  private func mixed(_ mix: Mix) throws -> (images: [Float], targets: [Double]) {
    let archive = try reference("mixing.npz")
    let images = try archive.array("images")
    let (pixels, labels) = (images.floats(), try archive.array("labels").int32s())
    let count = labels.count
    let batch = try Batch(shape: Shape(Array(images.shape.dropFirst())), isMixed: true, capacity: count)
    let last = try Batch(shape: batch.shape, capacity: 1)
    batch.resize(count: count)
    for (index, value) in pixels.enumerated() { batch.view.base.floats[index] = value }
    for (index, label) in labels.enumerated() { batch.classes[index] = label }
    last.copy(sample: count - 1, of: batch)
    batch.mix(mix, first: last)
    var targets = [Double](repeating: 0, count: count * Self.classes)
    guard case .mixedClasses(let own, let others, let share) = batch.targets else {
      throw Unmixed()
    }
    for sample in 0..<count {
      targets[sample * Self.classes + Int(own[sample])] += Double(share)
      targets[sample * Self.classes + Int(others[sample])] += 1 - Double(share)
    }
    return withExtendedLifetime(batch) { (pixels.indices.map { batch.view.base.floats[$0] }, targets) }
  }

  private struct Unmixed: Error {}

  private func check(_ mix: Mix, _ name: String) throws {
    let archive = try reference("mixing.npz")
    let (images, targets) = try mixed(mix)
    #expect(bits(images) == bits(try archive.array("\(name).images").floats()))
    for (own, wanted) in zip(targets, try archive.array("\(name).targets").floats()) {
      #expect((own - Double(wanted)).magnitude < 1e-6)
    }
  }

  @Test(arguments: [0.25, 0.7]) func mixupIsTorchvisions(share: Double) throws {
    // torchvision draws a float.
    try check(Mix(share: Double(Float(share))), "mixup.\(share)")
  }

  @Test func cutmixIsTorchvisions() throws {
    let archive = try reference("mixing.npz")
    let numbers = try archive.array("cutmix.numbers").doubles()
    let (boxes, shares) = (try archive.array("cutmix.boxes").int32s(), try archive.array("cutmix.shares").doubles())
    for (index, share) in shares.enumerated() {
      let whole = numbers[5 * index + 1..<5 * index + 5].map { Int($0) }
      let mix = Mix(cutting: numbers[5 * index], height: whole[0], width: whole[1], row: whole[2], column: whole[3])
      let box = boxes[4 * index..<4 * index + 4].map { Int($0) }
      #expect(mix.box == Mix.Box(rows: box[0]..<box[1], columns: box[2]..<box[3]))
      #expect((mix.share - share).magnitude < 1e-15)
      if index < 3 { try check(mix, "cutmix.\(index)") }
    }
  }

  @Test func numbersAndStepsAreMixedToo() throws {
    let shape = Shape.sequence(steps: 3, features: 2)
    let batch = try Batch(shape: shape, targets: .values(.vector(2)), isMixed: true, capacity: 3)
    batch.resize(count: 3)
    // Sample s has 100 s + 10 t + f in step t, and the targets s and −s.
    for (step, sample, feature) in (0..<3).flatMap({ t in (0..<3).flatMap { s in (0..<2).map { (t, s, $0) } } }) {
      batch.view[step * 3 + sample, feature] = Float(100 * sample + 10 * step + feature)
    }
    guard case .values(let targets) = batch.targets else { throw Unmixed() }
    for sample in 0..<3 { (targets[sample, 0], targets[sample, 1]) = (Float(sample), -Float(sample)) }
    let last = try Batch(shape: shape, targets: .values(.vector(2)), capacity: 1)
    last.copy(sample: 2, of: batch)
    batch.mix(Mix(share: 0.75), first: last)
    for (sample, mean) in [(0, 0.5), (1, 0.75), (2, 1.75)] {
      #expect(targets[sample, 0] == Float(mean) && targets[sample, 1] == -Float(mean))
      for step in 0..<3 {
        #expect(batch.view[step * 3 + sample, 1] == Float(100 * mean) + Float(10 * step + 1))
      }
    }
    batch.resize(count: 3)
    #expect(batch.ownShare == nil)
    withExtendedLifetime((batch, last)) {}
  }

  @Test func eachStepHasTwoClasses() throws {
    let batch = try Batch(
      shape: .sequence(steps: 2, features: 1), targets: .classes(steps: 2), isMixed: true, capacity: 2)
    batch.resize(count: 2)
    for row in 0..<4 { batch.classes[row] = Int32(row) }
    let last = try Batch(shape: batch.shape, targets: batch.targetLayout, capacity: 1)
    last.copy(sample: 1, of: batch)
    batch.mix(Mix(share: 0.5), first: last)
    guard case .mixedClasses(let own, let others, _) = batch.targets else { throw Unmixed() }
    #expect((0..<4).map { own[$0] } == [0, 1, 2, 3] && (0..<4).map { others[$0] } == [1, 0, 3, 2])
    withExtendedLifetime((batch, last)) {}
  }

  @Test func eachBatchDrawsOneOfTheTwo() throws {
    let random = Philox(seed: 1, purpose: .mixing)
    let shape = Shape.image(height: 8, width: 9, channels: 1)
    func draws(_ mixing: Mixing?) throws -> [Mix] {
      let mixing = try #require(mixing)
      return (0..<400).map { mixing.draw(random, epoch: $0 / 50, first: $0 % 50 * 32, shape: shape) }
    }
    let both = try draws(Mixing(mixup: 0.2, cutmix: 1))
    #expect((160...240).contains(both.filter { $0.box == nil }.count))
    #expect(Set(both.map(\.share)).count > 200)
    #expect(try draws(Mixing(mixup: 0.2)).allSatisfy { $0.box == nil })
    let cuts = try draws(Mixing(cutmix: 1))
    #expect(cuts.allSatisfy { $0.box != nil })
    // Every pixel can be the centre.
    #expect(Set(cuts.compactMap { $0.box?.rows }).count > 20 && Mixing() == nil)
    // What a batch draws does not depend on whether mixup might be drawn.
    for (either, cut) in zip(both, cuts) where either.box != nil { #expect(either == cut) }
  }
}
