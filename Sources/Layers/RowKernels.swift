import CKernels
import Tensors

extension dpt_row_pass {
  /// Rows of an input, of the gradient that arrives where there is one, and of what is computed from them.
  init(input: TensorView, gradient: TensorView? = nil, result: TensorView?) {
    self.init(
      x: UnsafePointer(input.base), xStride: input.stride, g: gradient.map { UnsafePointer($0.base) },
      gStride: gradient?.stride ?? 0, y: result?.base, yStride: result?.stride ?? 0, rows: input.rows,
      columns: input.columns)
  }
}

extension Shape {
  /// Floats of a batch whose rows are padded to whole lanes.
  public func paddedCount(batch: Int) -> Int { batch * steps * positions * paddedToLanes(features) }
}
