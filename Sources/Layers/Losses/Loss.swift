import CKernels
import Tensors

/// What is summed over a batch to know a loss, in the order of the sums.
public enum LossSum: Int, CaseIterable, Sendable {
  /// The losses.
  case loss
  /// What was predicted rightly: rows, or single outputs.
  case correct
  /// What losses and gradients are divided by, once, after the reduction: rows, their weights, or single outputs.
  case weight
  /// What the right ones are counted from.
  case count
}

/// How a model's outputs read, which its loss decides.
public enum OutputMeaning: Sendable {
  /// Logits of classes, one of which is right: softmax gives their probabilities.
  case classes
  /// Logits of single events: the logistic function gives the probability of each.
  case events
  /// Numbers.
  case values
}

/// What training makes small: a number for each row of outputs, summed over a batch in the tree.
public protocol Loss: AnyObject {
  /// The name used in recipes.
  var kind: String { get }
  /// How the outputs read.
  var meaning: OutputMeaning { get }
  /// The target of rows that do not count; nil if all do.
  var ignoredTarget: Int? { get }

  /// Puts the loss to work on outputs of this shape: reserves all memory for batches of up to `batch` samples.
  func makePass(_ plan: inout ArenaPlan, outputs: Shape, batch: Int) -> any LossPass
}

extension Loss {
  /// Every row counts.
  public var ignoredTarget: Int? { nil }

  /// Whether a share of right predictions means anything.
  public var hasAccuracy: Bool {
    switch meaning {
    case .classes, .events: true
    case .values: false
    }
  }
}

/// A loss at work in the memory of one workspace. A row of outputs has their features; each step or pixel is a row.
public protocol LossPass {
  /// The losses of all rows, and unless `gradient` is false their gradient with respect to the outputs, which is
  /// returned. Steps behind a sample's length count nothing and have the gradient 0.
  func evaluate(_ outputs: TensorView, targets: Targets, _ context: StepContext, gradient: Bool) -> TensorView
  /// Writes the sums (`LossSum`) of the last evaluated batch to `target`, one set per tree node, `nodeStride` floats
  /// apart.
  func sums(of outputs: TensorView, into target: UnsafeMutablePointer<Float>, nodeStride: Int, _ context: StepContext)
  /// The loss of a row of the last evaluated batch.
  func value(row: Int, _ context: StepContext) -> Float
  /// The predicted class of a row of the last evaluated batch; nil if there is none or the row does not count.
  func prediction(row: Int, _ context: StepContext) -> Int?
}

/// What all losses do: they keep a record of every row, and the gradient.
struct RowLossPass: LossPass {
  private let records, gradient: ArenaPlan.Slot
  /// Writes the records and the gradient of a batch.
  private let evaluate: (_ pass: inout dpt_loss_pass, _ targets: Targets) -> Void

  init(
    _ plan: inout ArenaPlan, outputs shape: Shape, batch: Int,
    evaluate: @escaping (_ pass: inout dpt_loss_pass, _ targets: Targets) -> Void
  ) {
    plan.advance()
    records = plan.activation(batch * shape.steps * shape.positions * Int(DPT_LANES))
    gradient = plan.gradient(shape.paddedCount(batch: batch))
    self.evaluate = evaluate
  }

  func evaluate(_ outputs: TensorView, targets: Targets, _ context: StepContext, gradient: Bool) -> TensorView {
    let result = outputs.with(base: context.arena[self.gradient], columns: outputs.columns)
    var pass = dpt_loss_pass(
      outputs: UnsafePointer(outputs.base), stride: outputs.stride, steps: outputs.steps, batch: outputs.batch,
      positions: outputs.positions, columns: outputs.columns, lengths: outputs.steps > 1 ? context.lengths : nil,
      records: context.arena[records], gradient: gradient ? result.base : nil, gradientStride: result.stride)
    evaluate(&pass, targets)
    return result
  }

  func sums(
    of outputs: TensorView, into target: UnsafeMutablePointer<Float>, nodeStride: Int, _ context: StepContext
  ) {
    let stride = Int(DPT_LANES)
    var rows = dpt_row_sums()
    rows.base = UnsafePointer(context.arena[records])
    rows.stride = stride
    rows.outerStride = outputs.batch * outputs.positions * stride
    rows.outer = outputs.steps
    rows.positions = outputs.positions
    rows.columns = LossSum.allCases.count
    rows.out = target
    rows.outNode = nodeStride
    var program = context.shards.kernelProgram
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
