import Collectives

extension Machine {
  /// The sizes, in bytes, of buckets of about `size` bytes, the last layer's first. Buckets start at the starts of layers if
  /// possible, and always at multiples of `grain` floats, or of cache lines if that is nil.
  public func buckets(size: Int, grain: Int? = nil) -> [Int] {
    let value = MemoryLayout<Float>.size
    let count = gradientBytes / value
    var boundaries: [Int] = []
    for stage in backward { boundaries.append((boundaries.last ?? count) - stage.bytes / value) }
    return ReductionPlan.divide(0..<count, bytes: size, boundaries: boundaries, grain: grain ?? ReductionPlan.grain).map
    {
      $0.clamped(to: 0..<count).count * value
    }
  }
}
