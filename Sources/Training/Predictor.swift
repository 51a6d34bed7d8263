import CKernels
import Collectives
import Datasets
import Layers
import Tensors

/// A model's outputs for one sample.
public struct Prediction: Sendable {
  /// The sample's index in its data set.
  public let index: Int
  /// The outputs of the valid steps, in order: probabilities if the loss takes logits, else the numbers themselves.
  public let outputs: [Float]
  /// The target class of each valid step; nil for a step that does not count. Empty if targets are numbers.
  public let targets: [Int?]
}

/// Computes a model's outputs for the samples of a data set, on this rank alone.
public final class Predictor {
  private let workspace: Workspace
  private let data: any Dataset
  private let batch: Batch
  private let context: StepContext
  private let continues: Bool
  private var packedVersion = -1
  /// The index after the last predicted sample.
  private var end = 0
  private var read: FloatBuffer?

  /// Prepares predictions for samples of the model's input shape. A model that carries state starts from zero in each call;
  /// with `continues` it starts from the state of the call before, if the samples follow those.
  /// - Throws: `Failure` (data) for a sample of too few steps, (system) if memory is short.
  public init(data: any Dataset, workspace: Workspace, continues: Bool = false) throws {
    try workspace.model.checkLengths(of: data)
    self.continues = continues
    self.workspace = workspace
    self.data = data
    batch = try Batch(for: data, capacity: workspace.capacity)
    // A forward pass writes no gradients, so any address will do.
    context = workspace.context(gradients: workspace.model.weights.bufferValues.base, nodeStride: 0)
  }

  /// Packs the model's current weights, if that has not been done.
  private func pack() throws {
    let version = workspace.model.weights.version
    guard workspace.packedContext != ObjectIdentifier(context) || packedVersion != version else { return }
    try workspace.pack(context)
    packedVersion = version
  }

  /// Whether the model carries state from batch to batch.
  var carriesState: Bool { !workspace.program.stateCarriers.isEmpty }

  /// All samples in order, a batch at a time.
  public var batches: some Sequence<Range<Int>> {
    stride(from: 0, to: data.count, by: workspace.capacity).lazy.map { [self] in
      $0..<min($0 + workspace.capacity, data.count)
    }
  }

  /// Predictions for some samples, at most the workspace's batch.
  /// - Throws: `Failure` if samples cannot be read.
  public func predict(_ samples: Range<Int>) throws -> [Prediction] {
    let view = try outputs(samples)
    return zip(samples, 0..<view.batch).map { index, place in
      let steps = view.steps(ofSample: place)
      let outputs = (0..<steps).flatMap { step in
        (0..<view.positions).flatMap { position in
          let row = view.row(step: step, sample: place, position: position).floats
          return (0..<view.columns).map { row[$0] }
        }
      }
      guard data.targetLayout.areClasses else {
        return Prediction(index: index, outputs: outputs, targets: [])
      }
      let targets = (0..<min(steps, data.targetLayout.steps)).map { step -> Int? in
        let target = Int(batch.classes[batch.targetRow(step: step, sample: place)])
        return target == workspace.network.loss.ignoredTarget ? nil : target
      }
      return Prediction(index: index, outputs: outputs, targets: targets)
    }
  }

  private func readMemory(for outputs: TensorView) throws -> FloatBuffer {
    let count = outputs.rows * paddedToLanes(outputs.columns)
    if let read, read.count >= count { return read }
    let memory = try FloatBuffer(count: count)
    read = memory
    return memory
  }

  /// The outputs of some samples, as probabilities if the loss takes logits.
  private func outputs(_ samples: Range<Int>) throws -> TensorView {
    try Array(samples).withUnsafeBufferPointer { try data.load(epoch: 0, indices: $0, into: batch) }
    context.isContinuation = continues && end > 0 && samples.lowerBound == end
    end = samples.upperBound
    try pack()
    let outputs = try workspace.program.forward(batch.view, context)
    let result = outputs.with(base: try readMemory(for: outputs).base, columns: outputs.columns)
    var rows = dpt_row_pass(
      precision: DPT_IN_FLOAT32, x: outputs.base.floats, xStride: outputs.stride, g: nil, gStride: 0,
      y: result.base.floats, yStride: result.stride, rows: outputs.rows, columns: outputs.columns)
    switch workspace.network.loss.meaning {
    case .classes: dpt_softmax(&rows)
    case .events: dpt_activation(DPT_SIGMOID, 0, 0, &rows)
    case .values: return outputs
    }
    return result
  }
}
