import CKernels
import Tensors

/// Cross-entropy of class logits: ℓ = log Σ exp z − z[target], summed over rows; the mean is taken once, over the
/// global number of rows, after the reduction.
public final class CrossEntropy {
  /// What is summed over a batch, in the order of the sums.
  public enum Sum: Int, CaseIterable, Sendable {
    /// The losses.
    case loss
    /// The rows whose largest logit is the target's.
    case correct
    /// The rows.
    case count
  }

  private let shape: Shape
  private var memory: (records: ArenaPlan.Slot, gradient: ArenaPlan.Slot)?

  /// A loss on logits of this shape: [classes] or [steps, classes].
  public init(logits: Shape) {
    shape = logits
  }

  /// Reserves the records of every row and the gradient.
  public func plan(_ plan: inout ArenaPlan, batch: Int) {
    let rows = batch * shape.steps
    plan.advance()
    memory = (plan.activation(rows * Int(DPT_LANES)), plan.gradient(rows * paddedToLanes(shape.features)))
  }

  /// Loss and prediction of every row, and ∂ℓ/∂z = softmax(z) − one-hot(target) unless `gradient` is false.
  ///
  /// `targets` holds one class index per row, time-major.
  public func evaluate(
    _ logits: TensorView, targets: UnsafePointer<Int32>, _ context: StepContext, gradient: Bool
  ) -> TensorView {
    guard let memory else { preconditionFailure("loss before plan") }
    let result = logits.with(base: context.arena[memory.gradient], columns: logits.columns)
    dpt_cross_entropy(
      logits.base, logits.stride, logits.rows, logits.columns, targets, context.arena[memory.records],
      gradient ? result.base : nil)
    return result
  }

  /// Writes the sums of the last evaluated batch to `target`, one set per tree node, `nodeStride` floats apart.
  public func sums(
    of logits: TensorView, into target: UnsafeMutablePointer<Float>, nodeStride: Int, _ context: StepContext
  ) {
    guard let memory else { preconditionFailure("loss before plan") }
    var program = context.shards.kernelProgram
    let stride = Int(DPT_LANES)
    dpt_bias_gradient(
      context.arena[memory.records], stride, logits.batch * stride, logits.steps, 1, Sum.allCases.count, 0, 0, target,
      nil, nodeStride, &program)
  }

  /// The predicted class of a row of the last evaluated batch.
  public func prediction(row: Int, _ context: StepContext) -> Int {
    guard let memory else { preconditionFailure("loss before plan") }
    return Int(context.arena[memory.records][row * Int(DPT_LANES) + Int(DPT_RECORD_PREDICTED)])
  }
}
