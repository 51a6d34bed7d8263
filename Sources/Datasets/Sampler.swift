import Tensors

/// The order of an epoch's samples; the same on every rank.
public final class Sampler {
  private let random: Philox
  private let sampleOrder: SampleOrder
  private let order: UnsafeMutableBufferPointer<Int>
  /// If the order is by length: each sample's length, and its place in the shuffled order.
  private let lengths, places: UnsafeMutableBufferPointer<Int>

  /// An order of the samples of `data`, which depends on the seed and the epoch alone.
  public init(_ data: any Dataset, order sampleOrder: SampleOrder, seed: UInt64) {
    random = Philox(seed: seed, purpose: .shuffle)
    self.sampleOrder = sampleOrder
    let count = data.count
    order = .allocate(capacity: count)
    _ = order.initialize(fromContentsOf: 0..<count)
    let isByLength = if case .byLength = sampleOrder { true } else { false }
    lengths = .allocate(capacity: isByLength ? count : 0)
    places = .allocate(capacity: isByLength ? count : 0)
    _ = lengths.initialize(fromContentsOf: (0..<lengths.count).lazy.map { data.length(of: $0) })
    places.initialize(repeating: 0)
  }

  deinit {
    order.deallocate()
    lengths.deallocate()
    places.deallocate()
  }

  /// Arranges the order of an epoch. It starts from ascending order, so that it depends on the epoch alone.
  public func arrange(epoch: Int) {
    switch sampleOrder {
    case .ascending: break
    case .shuffled: shuffle(epoch: epoch)
    case .byLength(let batch, let window):
      shuffle(epoch: epoch)
      for (place, sample) in order.enumerated() { places[sample] = place }
      for first in stride(from: 0, to: order.count, by: batch * window) {
        arrange(first..<min(first + batch * window, order.count), batch: batch, epoch: epoch)
      }
    }
  }

  /// Fisher & Yates.
  private func shuffle(epoch: Int) {
    for index in order.indices { order[index] = index }
    for index in order.indices.dropLast() {
      order.swapAt(index, random.integer(in: index...order.count - 1, epoch: epoch, sample: index, element: 0))
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
    UnsafeBufferPointer(rebasing: order[positions])
  }
}
