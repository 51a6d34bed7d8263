import Tensors

/// A convolution of images and the max pooling behind it, which run together, a few samples at a time: what lies between
/// the two is read where the caches still hold it, and is never kept. The bits are those of one after the other.
final class PooledConvolution: Layer {
  let kind: String
  let outputShape: Shape
  private let convolution: Conv2d
  private let pool: MaxPool
  private var samplesAtOnce = 1

  /// Nil where `layer` is no convolution that pooling can run with.
  init?(_ layer: any Layer, _ pool: any Layer) {
    guard let convolution = layer as? Conv2d, convolution.convolution.groups == 1, let pool = pool as? MaxPool else {
      return nil
    }
    self.convolution = convolution
    self.pool = pool
    kind = "\(convolution.kind), \(pool.kind)"
    outputShape = pool.outputShape
  }

  var parts: [(name: String, layers: [any Layer])] { [("", [convolution, pool])] }
  var operations: Int { convolution.operations }

  func backwardOperations(wantsInputGradient: Bool) -> Int {
    convolution.backwardOperations(wantsInputGradient: wantsInputGradient)
  }

  func plan(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) {
    // The layers behind have the numbers that they have where these two run by themselves.
    plan.advance()
    samplesAtOnce = min(convolution.convolution.samplesAtOnce, batch)
    convolution.convolution.plan(
      &plan, batch: batch, wantsInputGradient: wantsInputGradient, pooledSamples: samplesAtOnce)
    pool.plan(&plan, batch: batch, wantsInputGradient: false)
  }

  func pack(_ context: StepContext) { convolution.pack(context) }

  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let output = pool.output(batch: input.batch, context)
    for first in stride(from: 0, to: input.batch, by: samplesAtOnce) {
      let samples = first..<min(first + samplesAtOnce, input.batch)
      let some = convolution.convolution.forward(input, samples: samples, context)
      pool.pool(some, into: output, from: first, rectified: convolution.convolution.fusesReLU, context)
    }
    return output
  }

  func backward(_ gradient: TensorView, _ context: StepContext) throws -> TensorView? {
    let result = convolution.convolution.backward(pooled: gradient, by: pool, context)
    try context.frontier?.finish(convolution)
    return result
  }
}
