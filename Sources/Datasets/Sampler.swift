import Tensors

/// The order of an epoch's samples; the same on every rank.
public final class Sampler {
  private let random: Philox
  private let shuffles: Bool
  private let order: UnsafeMutableBufferPointer<Int>

  /// An order of `count` samples: a new permutation in each epoch, or ascending.
  public init(count: Int, shuffles: Bool, seed: UInt64) {
    random = Philox(seed: seed, purpose: .shuffle)
    self.shuffles = shuffles
    order = .allocate(capacity: count)
    for index in 0..<count { order.initializeElement(at: index, to: index) }
  }

  deinit {
    order.deallocate()
  }

  /// Arranges the order of an epoch (Fisher & Yates). It starts from ascending order, so that it depends on the epoch
  /// alone.
  public func arrange(epoch: Int) {
    guard shuffles else { return }
    for index in order.indices { order[index] = index }
    for index in order.indices.dropLast() {
      order.swapAt(index, random.integer(in: index...order.count - 1, epoch: epoch, sample: index, element: 0))
    }
  }

  /// The samples at these positions of the epoch.
  public func indices(_ positions: Range<Int>) -> UnsafeBufferPointer<Int> {
    UnsafeBufferPointer(rebasing: order[positions])
  }
}
