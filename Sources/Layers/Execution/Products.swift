import CKernels
import Tensors

extension StepContext {
  /// The gradient of a weight matrix W of y = x · Wᵀ: ∂ℓ/∂W[o][i] = Σ ∂ℓ/∂y[row][o] · x[row][i], per tree node.
  ///
  /// `output` is the gradient of y, from column `firstColumn` on; where y has several `gates`, each padded to whole
  /// lanes, W has `outputs` rows for each of them. The result is written to `target` (gates · outputs × inputs, as
  /// PyTorch lays out weights), of all this rank's shards unless a `program` names others. The lanes run along the side
  /// that fills them better; the bits are the same either way.
  func weightGradient(
    input: TensorView, output: TensorView, firstColumn: Int = 0, outputs: Int, gates: Int = 1,
    target: UnsafeMutablePointer<Float>, program: dpt_shard_program? = nil
  ) {
    let fillsMore = input.columns * paddedToLanes(outputs) < outputs * paddedToLanes(input.columns)
    var product = weightProduct(
      input: input, output: output, firstColumn: firstColumn, outputs: outputs, gates: gates,
      alongOutputs: gates > 1 || fillsMore, target: target)
    var program = program ?? shards.kernelProgram(over: output)
    dpt_weight_gradient(&product, &program)
  }

  /// The product that `weightGradient` computes, with the lanes along y or along x.
  func weightProduct(
    input: TensorView, output: TensorView, firstColumn: Int, outputs: Int, gates: Int, alongOutputs: Bool,
    target: UnsafeMutablePointer<Float>
  ) -> dpt_outer_product {
    let (inputs, output) = (input.columns, output.asRows)
    let x = (base: input.base, stride: input.stride)
    let y = (base: output.base + firstColumn, stride: output.stride)
    let isRounded = x.base.precision.isRounded || y.base.precision.isRounded
    // Rows of one step.
    let rows = output.batch * output.positions
    let padded = paddedToLanes(outputs)
    let (a, b) = alongOutputs ? (x, y) : (y, x)
    var product = dpt_outer_product()
    product.precision = isRounded ? DPT_IN_BFLOAT16 : DPT_IN_FLOAT32
    (product.aPrecision, product.bPrecision) = (a.base.precision.kernel, b.base.precision.kernel)
    product.a = UnsafeRawPointer(a.base.address)
    product.aStride = a.stride
    product.aOuter = rows * a.stride
    product.b = UnsafeRawPointer(b.base.address)
    product.bStride = b.stride
    product.bOuter = rows * b.stride
    product.outer = output.steps
    product.positions = output.positions
    product.m = alongOutputs ? inputs : outputs
    product.n = alongOutputs ? (gates > 1 ? gates * padded : outputs) : inputs
    if gates > 1 {
      product.group = padded
      product.groupValid = outputs
      product.outGroup = outputs * inputs
    }
    product.out = target
    product.outI = alongOutputs ? 1 : inputs
    product.outJ = alongOutputs ? inputs : 1
    product.outNode = nodeStride
    product.scratch = arena.scratch.baseAddress
    product.scratchCount = arena.scratch.count
    return product
  }

  /// The gradient of a bias: the sum over rows of `outputs` columns of each gate from `firstColumn` on, per tree node;
  /// written to `second` too where a layer has two biases that are only ever added.
  func biasGradient(
    output: TensorView, firstColumn: Int = 0, outputs: Int, gates: Int = 1, target: UnsafeMutablePointer<Float>,
    second: UnsafeMutablePointer<Float>? = nil, program: dpt_shard_program? = nil
  ) {
    var rows = biasSums(
      output: output, firstColumn: firstColumn, outputs: outputs, gates: gates, target: target, second: second)
    var program = program ?? shards.kernelProgram(over: output)
    dpt_sum_rows(&rows, &program)
  }

  /// The sums that `biasGradient` computes.
  func biasSums(
    output: TensorView, firstColumn: Int, outputs: Int, gates: Int, target: UnsafeMutablePointer<Float>,
    second: UnsafeMutablePointer<Float>?
  ) -> dpt_row_sums {
    let (padded, output) = (paddedToLanes(outputs), output.asRows)
    return dpt_row_sums(
      precision: output.base.precision.kernel, base: (output.base + firstColumn).address, stride: output.stride,
      outerStride: output.batch * output.positions * output.stride, outer: output.steps, positions: output.positions,
      columns: gates > 1 ? gates * padded : outputs, group: gates > 1 ? padded : 0, groupValid: outputs, out: target,
      second: second, outNode: nodeStride)
  }
}
