/// Reproducible random numbers for tests (SplitMix64; Steele, Lea & Flood 2014).
public struct TestRandom: RandomNumberGenerator {
  private var state: UInt64

  /// A stream of numbers.
  public init(_ seed: UInt64) {
    state = seed
  }

  /// The next word.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  /// `count` floats uniform in ±scale.
  public mutating func floats(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in Float.random(in: -scale...scale, using: &self) }
  }
}

/// The bits of floats, for comparisons in which −0 differs from 0, and NaN equals itself.
public func bits(_ values: some Sequence<Float>) -> [UInt32] {
  values.map(\.bitPattern)
}
