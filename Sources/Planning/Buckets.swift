import Collectives

extension Machine {
  /// The bytes of the buckets of about `size` bytes in which gradients travel, in the order in which they are begun: the
  /// last layer's first. They start where layers do, if that fits, and at multiples of `grain` floats, by default of cache lines.
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
