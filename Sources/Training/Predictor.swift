import CKernels
import Collectives
import Datasets
import Layers
import Tensors

/// Class probabilities for inputs that have no target.
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

  /// The probability of each class for each of the samples that `fill` writes into the batch.
  /// - Throws: what `fill` throws.
  public func probabilities(_ fill: (Batch) throws -> Void) throws -> [[Float]] {
    try fill(batch)
    let logits = try workspace.model.forward(batch.view, context)
    return (0..<batch.count).map { sample in
      var padded = [Float](repeating: 0, count: paddedToLanes(logits.columns))
      padded.withUnsafeMutableBufferPointer { result in
        var row = dpt_row_pass(
          x: logits.row(sample: sample), xStride: logits.stride, g: nil, gStride: 0, y: result.baseAddress,
          yStride: result.count, rows: 1, columns: logits.columns)
        dpt_softmax(&row)
      }
      return Array(padded.prefix(logits.columns))
    }
  }
}
