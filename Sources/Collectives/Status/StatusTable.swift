/// Some words of every rank, such as seconds of compute or a wish to stop: a rank writes its own, an exchange brings the
/// others'.
public final class StatusTable {
  /// This rank's words.
  public let own: UnsafeMutableBufferPointer<Double>
  private let words: UnsafeMutableBufferPointer<Double>

  /// A table of `count` words for each rank, zero at first.
  init(rank: Int, of ranks: Int, count: Int) {
    words = .allocate(capacity: ranks * count)
    words.initialize(repeating: 0)
    own = UnsafeMutableBufferPointer(rebasing: words[rank * count..<(rank + 1) * count])
  }

  deinit {
    words.deallocate()
  }

  /// The words of a rank at the last exchange.
  public subscript(rank: Int) -> UnsafeBufferPointer<Double> {
    UnsafeBufferPointer(rebasing: words[rank * own.count..<(rank + 1) * own.count])
  }

  /// Copies this rank's words to where others read them.
  func post(to place: UnsafeMutablePointer<Double>) {
    if let own = own.baseAddress { place.update(from: own, count: self.own.count) }
  }

  /// Takes all ranks' words from shared memory.
  func collect(from memory: ReductionMemory, turn: Int) {
    if let words = words.baseAddress { memory.collectStatus(into: words, turn: turn) }
  }

  /// Where the words of all ranks lie, for a transport that brings them itself.
  var memory: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(words) }
}
