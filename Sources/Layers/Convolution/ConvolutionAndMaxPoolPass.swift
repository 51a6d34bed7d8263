import CKernels
import Tensors

/// A convolution of images, perhaps a ReLU, and max pooling, a few samples at a time: what lies between is read where the
/// caches still hold it, and is never kept.
struct ConvolutionAndMaxPoolPass: Pass {
  private let convolution: ConvolutionPass
  private let pool: MaxPoolPass

  init(
    _ convolution: Convolution, appliesReLU: Bool, _ pool: MaxPool, _ plan: inout ArenaPlan, batch: Int,
    wantsInputGradient: Bool, before: BatchNormPass?, output: OutputRows?
  ) {
    self.convolution = ConvolutionPass(
      convolution, &plan, batch: batch, wantsInputGradient: wantsInputGradient, appliesReLU: appliesReLU,
      follower: DPT_POOLED, before: before)
    self.pool = MaxPoolPass(pool.pooling, &plan, batch: batch, wantsInputGradient: false, output: output)
  }

  func pack(_ context: StepContext) { convolution.pack(context) }

  func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    let output = try pool.memory.output(for: input, context)
    for first in stride(from: 0, to: input.batch, by: convolution.samplesAtOnce) {
      let end = min(first + convolution.samplesAtOnce, input.batch)
      // In the place of the samples before.
      let some = convolution.output(batch: end - first, context)
      convolution.convolve(input, samples: first..<end, into: some, context)
      var g = pool.memory.pooling.geometry(
        some.base.precision, batch: some.batch, inputStride: some.stride, outputStride: output.stride)
      // No gradient goes back where a ReLU let nothing through.
      dpt_max_pool(
        &g, some.base.address, (output.base + first * g.yImage).address,
        pool.taps(fromRow: first * output.positions, context), convolution.appliesReLU)
    }
    return output
  }

  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    var pass = dpt_convolution_backward()
    pass.follower = DPT_POOLED
    pass.pooled = UnsafeRawPointer(gradient.base.address)
    pass.pool = pool.memory.pooling.geometry(
      gradient.base.precision, batch: gradient.batch,
      inputStride: paddedToLanes(convolution.convolution.outputShape.features),
      outputStride: gradient.stride)
    pass.taps = UnsafePointer(pool.taps(fromRow: 0, context))
    return convolution.run(&pass, input, output: output, context)
  }
}
