/// How the echo task encodes strings: each symbol one-hot over " abc…z", where " " is "nothing". If delays differ
/// between sequences, every row also has the delay one-hot.
public struct EchoEncoding: Equatable, Sendable {
  /// "Nothing" and the letters, in the order of their indices.
  public static let symbols: [Character] = [" "] + "abcdefghijklmnopqrstuvwxyz"
  /// The possible delays, in steps.
  public let delays: ClosedRange<Int>

  /// An encoding for these delays.
  public init(delays: ClosedRange<Int>) {
    precondition(delays.lowerBound >= 0, "delays \(delays)")
    self.delays = delays
  }

  /// Whether each sequence has its own delay.
  public var isVariable: Bool { delays.count > 1 }

  /// The number of values per step.
  public var features: Int { EchoEncoding.symbols.count + (isVariable ? delays.count : 0) }

  /// Sets the ones of a symbol and a delay in a row of zeros.
  func write(symbol: Int, delay: Int, to row: UnsafeMutablePointer<Float>) {
    row[symbol] = 1
    if isVariable { row[EchoEncoding.symbols.count + delay - delays.lowerBound] = 1 }
  }

  /// A string as users write it: after its delay and a colon, if delays differ.
  func text(_ symbols: some Sequence<Int>, delay: Int) -> String {
    (isVariable ? "\(delay):" : "") + String(symbols.map { EchoEncoding.symbols[$0] })
  }
}
