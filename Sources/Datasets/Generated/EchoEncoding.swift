/// How the echo task writes strings as inputs: each symbol one-hot over " abc…z", " " being "nothing"; where delays
/// differ from sequence to sequence, the one-hot of the sequence's delay is joined to every symbol's.
public struct EchoEncoding: Equatable, Sendable {
  /// "Nothing" and the letters, in the order of their indices.
  public static let symbols: [Character] = [" "] + "abcdefghijklmnopqrstuvwxyz"
  /// The delays that occur, in steps.
  public let delays: ClosedRange<Int>

  /// An encoding for delays from 0 on.
  public init(delays: ClosedRange<Int>) {
    precondition(delays.lowerBound >= 0, "delays \(delays)")
    self.delays = delays
  }

  /// Whether each sequence has a delay of its own.
  public var isVariable: Bool { delays.count > 1 }

  /// Values of one step.
  public var features: Int { EchoEncoding.symbols.count + (isVariable ? delays.count : 0) }

  /// Sets the ones in a row of zeros.
  func write(symbol: Int, delay: Int, to row: UnsafeMutablePointer<Float>) {
    row[symbol] = 1
    if isVariable { row[EchoEncoding.symbols.count + delay - delays.lowerBound] = 1 }
  }

  /// A string as people write it: behind its delay and a colon where delays differ.
  func text(_ symbols: some Sequence<Int>, delay: Int) -> String {
    (isVariable ? "\(delay):" : "") + String(symbols.map { EchoEncoding.symbols[$0] })
  }
}
