import CKernels
import Tensors

extension dpt_row_pass {
  /// Rows of an input, of the gradient that arrives if there is one, and of what is computed from them: all, or some.
  init(input: TensorView, gradient: TensorView? = nil, result: TensorView?, rows: Range<Int>? = nil) {
    let rows = rows ?? 0..<input.rows
    func first(_ view: TensorView) -> UnsafeMutableRawPointer { (view.base + rows.lowerBound * view.stride).address }
    self.init(
      precision: input.base.precision.kernel, x: first(input), xStride: input.stride,
      g: gradient.map { UnsafeRawPointer(first($0)) },
      gStride: gradient?.stride ?? 0, y: result.map(first), yStride: result?.stride ?? 0, rows: rows.count,
      columns: input.columns)
  }
}
