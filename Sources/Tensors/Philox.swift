/// The purpose of random numbers. Numbers of different purposes are independent.
public enum RandomPurpose: UInt32, Sendable {
  /// Initial values of parameters.
  case initialization = 1
  /// The order of samples within an epoch.
  case shuffle = 2
  /// Generated training samples.
  case trainingData = 3
  /// Generated test samples.
  case testData = 4
  /// The values that dropout keeps.
  case dropout = 5
  /// The division of a data set's samples into training, validation and test samples.
  case split = 6
  /// Generated validation samples.
  case validationData = 7
  /// The shares and boxes by which samples of a batch are mixed.
  case mixing = 8
  /// The variants of a sweep.
  case sweep = 16
  /// Samples that are drawn again for intervals of metrics.
  case resampling = 20
}

/// Counter-based random numbers: a pure function of (seed, purpose, epoch, sample, element), never of call order or rank.
///
/// Philox4x32-10 of Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
public struct Philox: Sendable {
  private let seed: UInt64
  private let purpose: RandomPurpose

  /// The stream of numbers for one seed and purpose.
  public init(seed: UInt64, purpose: RandomPurpose) {
    self.seed = seed
    self.purpose = purpose
  }

  /// Four random words: elements 4 · `block` to 4 · `block` + 3 of a sample.
  public func words(epoch: Int = 0, sample: Int, block: Int) -> SIMD4<UInt32> {
    let counter = SIMD4<UInt32>(
      UInt32(truncatingIfNeeded: block),
      UInt32(truncatingIfNeeded: sample),
      UInt32(truncatingIfNeeded: epoch),
      purpose.rawValue ^ UInt32(truncatingIfNeeded: sample >> 32) << 8)
    return Philox.block(counter, key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
  }

  /// Word `element` of a sample.
  public func word(epoch: Int = 0, sample: Int, element: Int) -> UInt32 {
    words(epoch: epoch, sample: sample, block: element >> 2)[element & 3]
  }

  /// A float in [0, 1), a multiple of 2^-24.
  public func uniform(epoch: Int = 0, sample: Int, element: Int) -> Float {
    Float(word(epoch: epoch, sample: sample, element: element) >> 8) * 0x1p-24
  }

  /// An integer in `range`, uniform up to 2^-32 (Lemire's multiplication without rejection).
  public func integer(in range: ClosedRange<Int>, epoch: Int = 0, sample: Int, element: Int) -> Int {
    Philox.integer(word(epoch: epoch, sample: sample, element: element), in: range)
  }

  /// Maps a random word to `range`.
  public static func integer(_ word: UInt32, in range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int((UInt64(word) &* UInt64(range.count)) >> 32)
  }

  /// The generator itself: ten rounds on a counter and a key.
  public static func block(_ counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var c = (counter.x, counter.y, counter.z, counter.w)
    var k = (key.x, key.y)
    for _ in 0..<10 {
      let a = UInt64(c.0) &* 0xD251_1F53
      let b = UInt64(c.2) &* 0xCD9E_8D57
      c = (
        UInt32(truncatingIfNeeded: b >> 32) ^ c.1 ^ k.0, UInt32(truncatingIfNeeded: b),
        UInt32(truncatingIfNeeded: a >> 32) ^ c.3 ^ k.1, UInt32(truncatingIfNeeded: a)
      )
      k = (k.0 &+ 0x9E37_79B9, k.1 &+ 0xBB67_AE85)
    }
    return SIMD4(c.0, c.1, c.2, c.3)
  }
}
