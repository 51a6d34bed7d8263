extension Philox {
  /// A number of the beta distribution with both parameters `shape`, from 0 to 1: G / (G + H) of two independent numbers of
  /// the gamma distribution. Words of the sample from block `block` on are used.
  ///
  /// The two are compared by their logarithms, since for a small shape both may be too small for a `Double`.
  package func beta(shape: Double, epoch: Int = 0, sample: Int, block: Int) -> Double {
    // Far more blocks than the first number uses before one is not rejected.
    let apart = 1 << 20
    let first = logarithmOfGamma(shape: shape, epoch: epoch, sample: sample, block: block)
    let second = logarithmOfGamma(shape: shape, epoch: epoch, sample: sample, block: block + apart)
    return 1 / (1 + exponential(second - first))
  }

  /// The logarithm of a number of the gamma distribution (Marsaglia & Tsang, "A simple method for generating gamma variables",
  /// 2000). For a shape below 1 it is that of shape + 1, times a uniform number to the power of 1 / shape.
  package func logarithmOfGamma(shape: Double, epoch: Int, sample: Int, block first: Int) -> Double {
    let d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3
    var block = first
    while true {
      let words = words(epoch: epoch, sample: sample, block: block)
      // Of the first two words of the block.
      let x = normal(epoch: epoch, sample: sample, element: block << 2)
      block += 1
      let v = 1 + x / (9 * d).squareRoot()
      guard v > 0 else { continue }
      let logCube = 3 * naturalLogarithm(v)
      guard naturalLogarithm(Philox.openUniform(words.z)) < x * x / 2 + d * (1 - v * v * v + logCube) else { continue }
      let result = naturalLogarithm(d) + logCube
      return shape < 1 ? result + naturalLogarithm(Philox.openUniform(words.w)) / shape : result
    }
  }

  /// A number between 0 and 1, both excluded.
  private static func openUniform(_ word: UInt32) -> Double { (Double(word) + 0.5) * 0x1p-32 }
}
