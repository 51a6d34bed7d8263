import CKernels
import Tensors

/// The sums of a loss over a batch, in this order.
public enum LossSum: Int, CaseIterable, Sendable {
  /// The sum of losses.
  case loss
  /// The number of right predictions: rows, or single outputs.
  case correct
  /// The divisor of losses and gradients, used once after the reduction: rows, their weights, or single outputs.
  case weight
  /// The number of predictions.
  case count
}

/// The meaning of a model's outputs, which its loss decides.
public enum OutputMeaning: Sendable {
  /// Logits of classes, one of which is right: softmax gives their probabilities.
  case classes
  /// Logits of single events: the logistic function gives the probability of each.
  case events
  /// Numbers.
  case values
}

/// The function that training minimizes: a number for each row of outputs, summed over a batch in the tree.
public protocol Loss: AnyObject {
  /// The name used in recipes.
  var kind: String { get }
  /// The meaning of the outputs.
  var meaning: OutputMeaning { get }
  /// The target of rows that do not count; nil if all count.
  var ignoredTarget: Int? { get }
  /// Whether a row may have two classes that share it (`Targets.mixedClasses`).
  var takesMixedClasses: Bool { get }

  /// Makes a pass for outputs of this shape and reserves all its memory for batches of up to `batch` samples.
  func makePass(_ plan: inout ArenaPlan, outputs: Shape, batch: Int) -> any LossPass
}

extension Loss {
  /// Nil: every row counts.
  public var ignoredTarget: Int? { nil }
  /// False: each row has one class.
  public var takesMixedClasses: Bool { false }

  /// Whether accuracy, the share of right predictions, is defined.
  public var hasAccuracy: Bool {
    switch meaning {
    case .classes, .events: true
    case .values: false
    }
  }
}

/// A loss at work in the memory of one workspace. Each sample, or each of its steps or pixels, is a row of outputs.
public protocol LossPass {
  /// Computes the losses of all rows, and returns their gradient with respect to the outputs unless `gradient` is false.
  func evaluate(_ outputs: TensorView, targets: Targets, _ context: StepContext, gradient: Bool) -> TensorView
  /// Writes the sums (`LossSum`) of the last evaluated batch to `target`, one set for each tree node, `nodeStride` floats
  /// apart.
  func sums(of outputs: TensorView, into target: UnsafeMutablePointer<Float>, nodeStride: Int, _ context: StepContext)
  /// The loss of a row of the last evaluated batch.
  func value(row: Int, _ context: StepContext) -> Float
  /// The predicted class of a row of the last evaluated batch; nil if there is none or the row does not count.
  func prediction(row: Int, _ context: StepContext) -> Int?
}

/// The pass of all losses, which keeps a record of every row, and the gradient.
struct RowLossPass: LossPass {
  private let records, gradient: ArenaPlan.Slot
  /// Writes the records and the gradient of a batch.
  private let evaluate: (_ pass: inout dpt_loss_pass, _ targets: Targets) -> Void

  init(
    _ plan: inout ArenaPlan, outputs shape: Shape, batch: Int,
    evaluate: @escaping (_ pass: inout dpt_loss_pass, _ targets: Targets) -> Void
  ) {
    plan.advance()
    // They are read after the backward pass if that gave values that are not finite.
    records = plan.persistent(batch * shape.steps * shape.positions * Int(DPT_LANES))
    gradient = plan.gradient(shape.paddedCount(batch: batch))
    self.evaluate = evaluate
  }

  func evaluate(_ outputs: TensorView, targets: Targets, _ context: StepContext, gradient: Bool) -> TensorView {
    let result = outputs.with(base: context.arena[self.gradient], columns: outputs.columns)
    var pass = dpt_loss_pass(
      outputs: outputs.base.floats, stride: outputs.stride, rows: outputs.rows, columns: outputs.columns,
      records: context.arena[records], gradient: gradient ? result.base.floats : nil, gradientStride: result.stride)
    guard outputs.starts != nil else {
      evaluate(&pass, targets)
      return result
    }
    for sample in 0..<outputs.batch {
      let first = outputs.index(sample: sample)
      pass.rows = outputs.steps(ofSample: sample)
      pass.outputs = UnsafePointer(outputs.base.floats + first * outputs.stride)
      pass.records = context.arena[records] + first * Int(DPT_LANES)
      if gradient { pass.gradient = result.base.floats + first * result.stride }
      evaluate(&pass, targets.from(sample: sample))
    }
    return result
  }

  func sums(
    of outputs: TensorView, into target: UnsafeMutablePointer<Float>, nodeStride: Int, _ context: StepContext
  ) {
    let stride = Int(DPT_LANES)
    var rows = dpt_row_sums()
    rows.base = UnsafeRawPointer(context.arena[records])
    rows.stride = stride
    let view = outputs.asRows
    rows.outerStride = view.batch * view.positions * stride
    rows.outer = view.steps
    rows.positions = view.positions
    rows.columns = LossSum.allCases.count
    rows.out = target
    rows.outNode = nodeStride
    var program = context.shards.kernelProgram(over: outputs)
    dpt_sum_rows(&rows, &program)
  }

  func value(row: Int, _ context: StepContext) -> Float {
    context.arena[records][row * Int(DPT_LANES) + Int(DPT_RECORD_LOSS)]
  }

  func prediction(row: Int, _ context: StepContext) -> Int? {
    let predicted = context.arena[records][row * Int(DPT_LANES) + Int(DPT_RECORD_PREDICTED)]
    return predicted < 0 ? nil : Int(predicted)
  }
}
