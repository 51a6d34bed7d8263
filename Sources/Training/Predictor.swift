import CKernels
import Collectives
import Datasets
import Layers
import Tensors

/// A model's outputs for inputs that have no target.
public final class Predictor {
  private let workspace: Workspace
  private let batch: Batch
  private let context: StepContext

  /// Prepares predictions, up to the workspace's batch at a time; `hasLengths` as the data set says.
  /// - Throws: `Failure` (system) where memory is short.
  public init(workspace: Workspace, hasLengths: Bool) throws {
    self.workspace = workspace
    batch = try Batch(shape: workspace.model.inputShape, capacity: workspace.capacity)
    // A forward pass writes no gradients; any place will do.
    context = workspace.context(
      gradients: workspace.model.values.base, nodeStride: 0, lengths: hasLengths ? UnsafePointer(batch.lengths) : nil)
    workspace.model.pack(context)
  }

  /// The outputs for each of the samples that `fill` writes into the batch, step by step (valid ones only): probabilities
  /// where the loss takes logits, else the numbers themselves.
  /// - Throws: what `fill` throws.
  public func outputs(_ fill: (Batch) throws -> Void) throws -> [[Float]] {
    try fill(batch)
    let outputs = try workspace.model.forward(batch.view, context)
    let read = try FloatBuffer(count: outputs.rows * paddedToLanes(outputs.columns))
    let result = outputs.with(base: read.base, columns: outputs.columns)
    var rows = dpt_row_pass(
      x: UnsafePointer(outputs.base), xStride: outputs.stride, g: nil, gStride: 0, y: result.base,
      yStride: result.stride, rows: outputs.rows, columns: outputs.columns)
    let view: TensorView
    switch workspace.loss.meaning {
    case .classes:
      dpt_softmax(&rows)
      view = result
    case .events:
      dpt_activation(DPT_SIGMOID, 0, &rows)
      view = result
    case .values: view = outputs
    }
    return (0..<view.batch).map { sample in
      let steps = view.steps > 1 ? context.lengths.map { Int($0[sample]) } ?? view.steps : view.steps
      return (0..<steps).flatMap { step in
        (0..<view.positions).flatMap { position in
          let row = view.row(step: step, sample: sample, position: position)
          return (0..<view.columns).map { row[$0] }
        }
      }
    }
  }
}
