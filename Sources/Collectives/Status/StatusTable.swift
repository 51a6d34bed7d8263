/// Status words of every rank, such as seconds of compute or a request to stop. A rank writes its own; an exchange brings
/// the others'.
public final class StatusTable {
  /// This rank's words.
  public let own: UnsafeMutableBufferPointer<Double>
  private let words: UnsafeMutableBufferPointer<Double>

  /// A table of `count` words for each rank, initially zero.
  init(rank: Int, of ranks: Int, count: Int) {
    words = .allocate(capacity: ranks * count)
    words.initialize(repeating: 0)
    own = UnsafeMutableBufferPointer(rebasing: words[rank * count..<(rank + 1) * count])
  }

  deinit {
    words.deallocate()
  }

  /// The words of a rank as of the last exchange.
  public subscript(rank: Int) -> UnsafeBufferPointer<Double> {
    UnsafeBufferPointer(rebasing: words[rank * own.count..<(rank + 1) * own.count])
  }

  /// Copies this rank's words to `place`, where others read them.
  func post(to place: UnsafeMutablePointer<Double>) {
    if let own = own.baseAddress { place.update(from: own, count: self.own.count) }
  }

  /// Copies all ranks' words from shared memory.
  func collect(from memory: ReductionMemory, turn: Int) {
    if let words = words.baseAddress { memory.collectStatus(into: words, turn: turn) }
  }

  /// The memory of all ranks' words, for a transport that exchanges them itself.
  var memory: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(words) }
}
