import CKernels
import Tensors

/// A convolution at work whose outputs are made, and their gradients taken, some samples at a time.
protocol SamplewiseConvolution: Pass {
  /// Samples that are made as fast as many, and whose outputs the caches hold.
  var samplesAtOnce: Int { get }
  /// Whether its backward pass can add the gradient of the input to another.
  var canAddInputGradient: Bool { get }
  /// The outputs of a batch of images.
  func output(batch: Int, _ context: StepContext) -> TensorView
  /// Makes the outputs of some samples of a batch of images; `result` has only these.
  func convolve(_ input: TensorView, samples: Range<Int>, into result: TensorView, _ context: StepContext)
  /// Completes a backward pass that has its gradients, and runs it; if the pass adds to another gradient, it has that, too.
  func run(
    _ pass: inout dpt_convolution_backward, _ input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView?
}

/// A convolution of images, batch normalization with the statistics of the batch, and perhaps a ReLU. The outputs of some
/// samples are measured while the caches still hold them, and the gradients of the convolution's outputs are made where its
/// backward pass takes them, so that they never lie in memory.
struct ConvolutionAndBatchNormPass: Pass {
  private let convolution: any SamplewiseConvolution
  let norm: BatchNormPass

  init(_ convolution: any SamplewiseConvolution, _ norm: BatchNormPass) {
    self.convolution = convolution
    self.norm = norm
  }

  func pack(_ context: StepContext) { convolution.pack(context) }

  var overwritesGradient: Bool { convolution.overwritesGradient }

  func forward(_ input: TensorView, _ context: StepContext) throws -> TensorView {
    let outputs = convolution.output(batch: input.batch, context)
    let rowsOfSample = outputs.positions
    var progress = context.shards.kernelProgram.beginning
    if norm.measures(context) { norm.beginSums(context) }
    for first in stride(from: 0, to: input.batch, by: convolution.samplesAtOnce) {
      let end = min(first + convolution.samplesAtOnce, input.batch)
      let some = TensorView(
        base: outputs.row(sample: first), batch: end - first, positions: rowsOfSample, columns: outputs.columns,
        stride: outputs.stride)
      convolution.convolve(input, samples: first..<end, into: some, context)
      if norm.measures(context) { norm.addMoments(outputs, to: end, &progress, context) }
    }
    return try norm.forward(outputs, areSummed: norm.measures(context), context)
  }

  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) throws -> TensorView? {
    var pass = dpt_convolution_backward()
    return try run(&pass, gradient, input, context)
  }

  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, addingTo sum: TensorView, _ context: StepContext
  ) throws -> Bool {
    guard convolution.canAddInputGradient else { return false }
    var pass = dpt_convolution_backward()
    pass.add(to: sum)
    _ = try run(&pass, gradient, input, context)
    return true
  }

  private func run(
    _ pass: inout dpt_convolution_backward, _ gradient: TensorView, _ input: TensorView, _ context: StepContext
  ) throws -> TensorView? {
    let outputs = convolution.output(batch: input.batch, context)
    pass.dy = gradient.base.address
    pass.dyStride = gradient.stride
    pass.follower = DPT_NORMALIZED
    pass.normalized = UnsafeRawPointer(outputs.base.address)
    pass.norm = try norm.combination(gradient, input: outputs, context)
    return convolution.run(&pass, input, output: outputs, context)
  }
}

extension dpt_convolution_backward {
  /// Has the gradient of the input added to another one.
  mutating func add(to sum: TensorView) {
    dx = sum.base.address
    adds = true
  }

  /// No gradient goes back where these outputs of a ReLU behind the convolution are not positive.
  mutating func rectify(by output: TensorView) {
    rectified = UnsafeRawPointer(output.base.address)
    rectifiedStride = output.stride
  }
}
