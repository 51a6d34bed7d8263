import Foundation

/// Which samples of a file have been checked: their file does not change, so that once is enough. Any thread may use it. Unchecked:
/// the lock guards the bits.
final class CheckedSamples: @unchecked Sendable {
  private let lock = NSLock()
  private var words: [UInt64]

  /// Notes for `count` samples, of which none is checked.
  init(count: Int) { words = Array(repeating: 0, count: (count + 63) / 64) }

  /// Whether a sample has been checked.
  func contains(_ sample: Int) -> Bool { lock.withLock { words[sample / 64] >> (sample % 64) & 1 == 1 } }

  /// Notes that a sample has been checked.
  func insert(_ sample: Int) { lock.withLock { words[sample / 64] |= 1 << (sample % 64) } }
}
