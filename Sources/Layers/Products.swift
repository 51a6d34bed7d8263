import CKernels
import Tensors

extension StepContext {
  /// The gradient of a weight matrix W of y = x · Wᵀ: ∂ℓ/∂W[o][i] = Σ ∂ℓ/∂y[row][o] · x[row][i], per tree node.
  ///
  /// `output` is the gradient of y's columns `firstColumn` ..< `firstColumn + outputs`; the result is written to
  /// `target` (outputs × inputs, as PyTorch lays out weights). The lanes run along the side that fills them better;
  /// the bits are the same either way.
  func weightGradient(
    input: TensorView, output: TensorView, firstColumn: Int = 0, outputs: Int, target: UnsafeMutablePointer<Float>
  ) {
    let inputs = input.columns
    let x = (base: input.base, stride: input.stride)
    let y = (base: output.base + firstColumn, stride: output.stride)
    // Rows of one step.
    let rows = output.batch * output.positions
    let alongOutputs = inputs * paddedToLanes(outputs) < outputs * paddedToLanes(inputs)
    let (a, b) = alongOutputs ? (x, y) : (y, x)
    var product = dpt_outer_product(
      a: a.base, aStride: a.stride, aOuter: rows * a.stride, b: b.base, bStride: b.stride, bOuter: rows * b.stride,
      outer: output.steps, positions: output.positions, m: alongOutputs ? inputs : outputs,
      n: alongOutputs ? outputs : inputs,
      out: target, outI: alongOutputs ? 1 : inputs, outJ: alongOutputs ? inputs : 1, outNode: nodeStride,
      scratch: arena.scratch.baseAddress, scratchCount: arena.scratch.count)
    var program = shards.kernelProgram
    dpt_weight_gradient(&product, &program)
  }

  /// The gradient of a bias: the sum over rows of `outputs` columns from `firstColumn` on, per tree node; written to
  /// `second` too where a layer has two biases that are only ever added.
  func biasGradient(
    output: TensorView, firstColumn: Int = 0, outputs: Int, target: UnsafeMutablePointer<Float>,
    second: UnsafeMutablePointer<Float>? = nil
  ) {
    var program = shards.kernelProgram
    dpt_bias_gradient(
      output.base + firstColumn, output.stride, output.batch * output.positions * output.stride, output.steps,
      output.positions, outputs, target, second, nodeStride, &program)
  }
}
