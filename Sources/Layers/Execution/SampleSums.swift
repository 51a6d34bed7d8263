import Tensors

extension ArenaPlan {
  /// Makes sure that there is room for `StepContext.sumGradient` of this parameter; a layer that calls it does so in `plan`.
  public mutating func gradientSums(of parameter: Parameter) {
    sharedScratch(shards * paddedToLanes(parameter.count))
  }
}

extension StepContext {
  /// A parameter's gradient as a sum over samples, which has the same bits on any number of ranks: within a shard in
  /// ascending order, over shards in the tree.
  /// - Parameters:
  ///   - parameter: whose gradient it is; nothing else is to be written to it.
  ///   - add: adds what a sample, counted among this rank's, gives to the sum, which lies as the parameter's values.
  public func sumGradient(
    of parameter: Parameter, _ add: (_ sample: Int, _ sum: UnsafeMutablePointer<Float>) -> Void
  ) {
    let count = shards.reduction.shards.count
    let stride = paddedToLanes(parameter.count)
    guard let sums = arena.scratch.baseAddress, arena.scratch.count >= count * stride else {
      preconditionFailure("the layer's plan reserves no gradientSums(of:)")
    }
    sums.update(repeating: 0, count: count * stride)
    for shard in 0..<count {
      for sample in shards.samples(ofShard: shard) { add(sample, sums + shard * stride) }
    }
    shards.join(sums, stride: stride, count: parameter.count) { node, sum in
      (gradient(parameter) + node * nodeStride).update(from: sum, count: parameter.count)
    }
  }
}
