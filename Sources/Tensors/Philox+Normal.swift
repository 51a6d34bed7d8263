extension Philox {
  /// A normal number of mean 0 and deviation 1. An even element is the cosine, the next odd one the sine, of one pair of
  /// words (Box & Muller 1958).
  ///
  /// Logarithm, cosine and sine are those of this module, which give the same bits on every machine. The result is within
  /// 10⁻¹⁴ of the exact one and in ±6.7.
  public func normal(epoch: Int = 0, sample: Int, element: Int) -> Double {
    let first = word(epoch: epoch, sample: sample, element: element & ~1)
    let second = word(epoch: epoch, sample: sample, element: element | 1)
    let radius = (-2 * naturalLogarithm((Double(first) + 1) * 0x1p-32)).squareRoot()
    let turn = Double(second) * 0x1p-32
    return radius * (element & 1 == 0 ? cosine(ofTurn: turn) : cosine(ofTurn: turn - 0.25))
  }
}
