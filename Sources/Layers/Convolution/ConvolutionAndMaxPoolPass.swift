import CKernels
import Tensors

/// A convolution of images, perhaps a ReLU, and max pooling, a few samples at a time: what lies between is read where the
/// caches still hold it, and is never kept.
struct ConvolutionAndMaxPoolPass: Pass {
  private let convolution: ConvolutionPass
  private let pool: MaxPoolPass
  private let samplesAtOnce: Int

  init(
    _ convolution: Convolution, appliesReLU: Bool, _ pool: MaxPool, _ plan: inout ArenaPlan, batch: Int,
    wantsInputGradient: Bool
  ) {
    var g = convolution.geometry(batch: 1, inputStride: paddedToLanes(convolution.inputShape.features))
    samplesAtOnce = min(dpt_convolution_samples(&g), batch)
    self.convolution = ConvolutionPass(
      convolution, &plan, batch: batch, wantsInputGradient: wantsInputGradient, appliesReLU: appliesReLU,
      pooledSamples: samplesAtOnce)
    self.pool = MaxPoolPass(pool.pooling, &plan, batch: batch, wantsInputGradient: false)
  }

  func pack(_ context: StepContext) { convolution.pack(context) }

  func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    let output = try pool.memory.output(for: input, context)
    for first in stride(from: 0, to: input.batch, by: samplesAtOnce) {
      let some = convolution.forward(input, samples: first..<min(first + samplesAtOnce, input.batch), context)
      var g = pool.memory.pooling.geometry(batch: some.batch, inputStride: some.stride)
      let start = first * g.yImage
      // No gradient goes back where a ReLU let nothing through.
      dpt_max_pool(&g, some.base, output.base + start, pool.taps(context) + start, convolution.appliesReLU)
    }
    return output
  }

  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    var pass = dpt_convolution_backward()
    pass.pooled = UnsafePointer(gradient.base)
    pass.pool = pool.memory.pooling.geometry(
      batch: gradient.batch, inputStride: paddedToLanes(convolution.convolution.outputShape.features))
    pass.taps = UnsafePointer(pool.taps(context))
    return convolution.run(&pass, input, output: output, context)
  }
}
