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
    let x = Operand(base: input.base, view: input)
    let y = Operand(base: output.base + firstColumn, view: output)
    let alongOutputs = inputs * paddedToLanes(outputs) < outputs * paddedToLanes(inputs)
    let (a, b) = alongOutputs ? (x, y) : (y, x)
    var product = dpt_outer_product(
      a: a.base, aStride: a.stride, aOuter: a.outer, b: b.base, bStride: b.stride, bOuter: b.outer,
      outer: output.steps, m: alongOutputs ? inputs : outputs, n: alongOutputs ? outputs : inputs,
      out: target, outI: alongOutputs ? 1 : inputs, outJ: alongOutputs ? inputs : 1, outNode: nodeStride)
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
      output.base + firstColumn, output.stride, output.batch * output.stride, output.steps, outputs, target, second,
      nodeStride, &program)
  }
}

private struct Operand {
  let base: UnsafeMutablePointer<Float>
  let stride: Int
  let outer: Int

  init(base: UnsafeMutablePointer<Float>, view: TensorView) {
    self.base = base
    stride = view.stride
    outer = view.batch * view.stride
  }
}
