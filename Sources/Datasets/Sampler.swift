import Diagnostics
import Foundation
import Tensors

/// The order of an epoch's samples; the same on every rank.
public final class Sampler {
  private let data: any Dataset
  private let random: Philox
  private let sampleOrder: SampleOrder
  private let draws: WeightedDraws?
  private let window: ShuffleWindow?
  private let epochs: Int
  /// Reads windows ahead; nil if there are none.
  private var ahead: WindowsAhead?
  private var share: (batch: Int, part: (Range<Int>) -> Range<Int>)?
  /// The memory of all that follows.
  private let memory: UnsafeMutableRawPointer
  /// What the epoch draws, before it is shuffled; empty if it has every sample once.
  private let drawn: UnsafeMutableBufferPointer<Draw>
  /// The samples in the epoch's order, or the places of their draws in `drawn`.
  private let order: UnsafeMutableBufferPointer<Int>
  /// If the epoch draws: the samples in its order, and how often each was drawn before.
  private let samples, earlierDraws: UnsafeMutableBufferPointer<Int>
  /// If the order is by length: of each sample or draw, its length and its place in the shuffled order.
  private let lengths, places: UnsafeMutableBufferPointer<Int>

  /// An order of the samples of `data`, which depends on the seed and the epoch alone. Without `draws` each epoch has every
  /// sample once. If the data set has files of samples, an epoch mixes the samples of `shuffleWindow` of them at a time; nil mixes all.
  /// `epochs` is the number of epochs, if it is known: nothing is read ahead after them.
  /// - Throws: `Failure` (system) if there is not enough memory.
  public init(
    _ data: any Dataset, order sampleOrder: SampleOrder, draws: WeightedDraws? = nil, shuffleWindow: Int? = nil,
    epochs: Int = .max, seed: UInt64
  ) throws {
    self.epochs = epochs
    self.data = data
    random = Philox(seed: seed, purpose: .shuffle)
    self.sampleOrder = sampleOrder
    self.draws = draws
    window = shuffleWindow.flatMap { size in data.fileRanges.map { ShuffleWindow(of: $0, size: size) } }
    let count = draws?.count ?? data.count
    let drawCount = draws?.count ?? 0
    let lengthCount = sampleOrder.isByLength ? count : 0
    memory = try Sampler.reserve(Sampler.bytes(data, sampleOrder, draws), count: count, draws: draws != nil)
    var next = memory
    func take<Element>(_ count: Int, _ value: Element) -> UnsafeMutableBufferPointer<Element> {
      let part = UnsafeMutableBufferPointer(
        start: next.bindMemory(to: Element.self, capacity: count), count: count)
      part.initialize(repeating: value)
      next += count * MemoryLayout<Element>.stride
      return part
    }
    drawn = take(drawCount, Draw(sample: 0))
    order = take(count, 0)
    samples = take(drawCount, 0)
    earlierDraws = take(drawCount, 0)
    lengths = take(lengthCount, 0)
    places = take(lengthCount, 0)
    for index in order.indices { order[index] = index }
    if draws == nil { for sample in lengths.indices { lengths[sample] = data.length(of: sample) } }
  }

  deinit { free(memory) }

  /// Checks that there is memory for a sampler, without using it.
  /// - Throws: `Failure` (system) if not.
  package static func checkMemory(_ data: any Dataset, order: SampleOrder, draws: WeightedDraws?) throws {
    free(try reserve(bytes(data, order, draws), count: draws?.count ?? data.count, draws: draws != nil))
  }

  private static func bytes(_ data: any Dataset, _ order: SampleOrder, _ draws: WeightedDraws?) -> Int {
    let word = MemoryLayout<Int>.stride
    let ofDraw = draws == nil ? 0 : MemoryLayout<Draw>.stride + 2 * word
    return (draws?.count ?? data.count) * (word + ofDraw + (order.isByLength ? 2 * word : 0))
  }

  private static func reserve(_ bytes: Int, count: Int, draws: Bool) throws -> UnsafeMutableRawPointer {
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, 64, max(64, bytes)) == 0, let memory else {
      throw Failure(
        .system,
        "not enough memory: the order of the \(count) samples of an epoch takes \(bytes >> 20) MiB on each rank",
        advice: draws ? "a smaller epochSamples needs less" : "fewer training samples need less")
    }
    return memory
  }

  /// Arranges the order of an epoch. It starts from ascending order, so that it depends on the epoch alone.
  public func arrange(epoch: Int) {
    if let draws {
      draws.draw(epoch: epoch, random, to: drawn)
      for entry in lengths.indices { lengths[entry] = data.length(of: drawn[entry].sample) }
    }
    switch sampleOrder {
    case .ascending: break
    case .shuffled: shuffle(epoch: epoch)
    case .byLength(let batch, let window):
      shuffle(epoch: epoch)
      for (place, entry) in order.enumerated() { places[entry] = place }
      for first in stride(from: 0, to: order.count, by: batch * window) {
        arrange(first..<min(first + batch * window, order.count), batch: batch, epoch: epoch)
      }
    }
    for place in drawn.indices {
      samples[place] = drawn[order[place]].sample
      earlierDraws[place] = drawn[order[place]].earlier
    }
  }

  private func shuffle(epoch: Int) {
    for index in order.indices { order[index] = index }
    guard let window else {
      shuffle(order, order.indices, epoch: epoch)
      return
    }
    let windows = window.arrange(order, epoch: epoch, random) { [draws, drawn] in draws == nil ? $0 : drawn[$0].sample }
    for places in windows { shuffle(order, places, epoch: epoch) }
    ahead = WindowsAhead(windows)
  }

  /// Fisher & Yates.
  private func shuffle(_ order: UnsafeMutableBufferPointer<Int>, _ places: Range<Int>, epoch: Int) {
    for index in places.dropLast() {
      order.swapAt(index, random.integer(in: index...places.upperBound - 1, epoch: epoch, sample: index, element: 0))
    }
  }

  /// Arranges a window by length. A smaller batch stays at its end.
  private func arrange(_ window: Range<Int>, batch: Int, epoch: Int) {
    order[window].sort { (lengths[$0], places[$0]) < (lengths[$1], places[$1]) }
    let full = window.count / batch
    for index in 0..<max(full - 1, 0) {
      let first = window.lowerBound + index * batch
      let other = random.integer(in: index...full - 1, epoch: epoch, sample: first, element: 1)
      for place in 0..<batch where other != index {
        order.swapAt(first + place, window.lowerBound + other * batch + place)
      }
    }
    for first in stride(from: window.lowerBound, to: window.upperBound, by: batch) {
      order[first..<min(first + batch, window.upperBound)].sort { places[$0] < places[$1] }
    }
  }

  /// Says that this rank loads those samples of the batches of `batch` whose places in the order `part` finds among a batch's. No
  /// others are read ahead.
  package func loads(_ part: @escaping (Range<Int>) -> Range<Int>, ofBatches batch: Int) { share = (batch, part) }

  /// Has samples of the next window read ahead when this rank's samples before `place` are loaded.
  private func readAhead(from place: Int, epoch: Int) {
    // Other ranks load the rest of the batch.
    let end = share.map { min((place + $0.batch - 1) / $0.batch * $0.batch, order.count) } ?? place
    let asked = ahead?.loaded(before: end) { places in
      own(places).flatMap { indices($0) }
    } afterwards: {
      firstSamples(epoch: epoch + 1)
    }
    if let asked, !asked.isEmpty { data.expect(asked) }
  }

  /// Those of some places of the order whose samples this rank loads.
  private func own(_ places: Range<Int>) -> [Range<Int>] {
    guard let share else { return [places] }
    let first = places.lowerBound / share.batch * share.batch
    return stride(from: first, to: places.upperBound, by: share.batch).map { start in
      share.part(start..<min(start + share.batch, order.count)).clamped(to: places)
    }
  }

  /// This rank's samples of an epoch's first window; empty if there is no such epoch, or its order is not known yet.
  private func firstSamples(epoch: Int) -> [Int] {
    guard let window, draws == nil, sampleOrder == .shuffled, epoch < epochs else { return [] }
    var first = window.firstSamples(epoch: epoch, random)
    first.withUnsafeMutableBufferPointer { shuffle($0, $0.indices, epoch: epoch) }
    return own(first.indices).flatMap { first[$0] }
  }

  /// The samples at these positions of the epoch.
  public func indices(_ positions: Range<Int>) -> UnsafeBufferPointer<Int> {
    UnsafeBufferPointer(rebasing: (draws == nil ? order : samples)[positions])
  }

  /// Loads the samples at these positions of the epoch that was arranged last.
  /// - Throws: `Failure` (data) if a sample cannot be read.
  package func load(_ positions: Range<Int>, epoch: Int, into batch: Batch) throws {
    if draws != nil { batch.note(earlierDraws: UnsafeBufferPointer(rebasing: earlierDraws[positions])) }
    try data.load(epoch: epoch, indices: indices(positions), into: batch)
    batch.note(samples: indices(positions))
    readAhead(from: positions.upperBound, epoch: epoch)
  }
}
