import Tensors

/// The order of an epoch's samples; the same on every rank.
public final class Sampler {
  private let data: any Dataset
  private let random: Philox
  private let sampleOrder: SampleOrder
  private let draws: WeightedDraws?
  private let window: ShuffleWindow?
  /// What the epoch draws, before it is shuffled; empty if it has every sample once.
  private let drawn: UnsafeMutableBufferPointer<Draw>
  /// The samples in the epoch's order, or the places of their draws in `drawn`.
  private let order: UnsafeMutableBufferPointer<Int>
  /// If the epoch draws: the samples in its order, and how often each was drawn before.
  private let samples, earlierDraws: UnsafeMutableBufferPointer<Int>
  /// If the order is by length: of each sample or draw, its length and its place in the shuffled order.
  private let lengths, places: UnsafeMutableBufferPointer<Int>

  /// An order of the samples of `data`, which depends on the seed and the epoch alone. Without `draws` each epoch has every
  /// sample once. With `shuffleWindow`, and if the data set has shards, an epoch mixes the samples of so many of them at a time.
  public init(
    _ data: any Dataset, order sampleOrder: SampleOrder, draws: WeightedDraws? = nil, shuffleWindow: Int? = nil,
    seed: UInt64
  ) {
    self.data = data
    random = Philox(seed: seed, purpose: .shuffle)
    self.sampleOrder = sampleOrder
    self.draws = draws
    window = shuffleWindow.flatMap { size in data.shards.map { ShuffleWindow(of: $0, size: size) } }
    let count = draws?.count ?? data.count
    let drawCount = draws?.count ?? 0
    drawn = .allocate(capacity: drawCount)
    drawn.initialize(repeating: Draw(sample: 0))
    order = .allocate(capacity: count)
    _ = order.initialize(fromContentsOf: 0..<count)
    samples = .allocate(capacity: drawCount)
    samples.initialize(repeating: 0)
    earlierDraws = .allocate(capacity: drawCount)
    earlierDraws.initialize(repeating: 0)
    let isByLength = if case .byLength = sampleOrder { true } else { false }
    lengths = .allocate(capacity: isByLength ? count : 0)
    places = .allocate(capacity: isByLength ? count : 0)
    lengths.initialize(repeating: 0)
    places.initialize(repeating: 0)
    if draws == nil { for sample in lengths.indices { lengths[sample] = data.length(of: sample) } }
  }

  deinit {
    drawn.deallocate()
    for buffer in [order, samples, earlierDraws, lengths, places] { buffer.deallocate() }
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
      shuffle(order.indices, epoch: epoch)
      return
    }
    let windows = window.arrange(order, epoch: epoch, random) { [draws, drawn] in draws == nil ? $0 : drawn[$0].sample }
    for window in windows { shuffle(window, epoch: epoch) }
  }

  /// Fisher & Yates.
  private func shuffle(_ places: Range<Int>, epoch: Int) {
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
  }
}
