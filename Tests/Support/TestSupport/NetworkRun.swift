import Collectives
import Layers
import Tensors

/// A model on raw inputs, whose rows have no padding: one training step, or a forward pass outside of training.
public struct NetworkRun {
  /// The outputs, batch-first and channels last.
  public let outputs: [Float]
  /// The gradients by name, in PyTorch's layout.
  public let gradients: [String: [Float]]

  /// Runs the model on batch-first inputs; `upstream` is the gradient of the outputs, nil outside of training. Layers compute in
  /// the `precision`.
  public init(
    _ model: Model, inputs: [Float], upstream: [Float]?, shards: Int, precision: Precision = .float32
  ) throws {
    let shape = model.inputShape
    let samples = inputs.count / shape.count
    let tree = try ReductionTree(shards: shards)
    let program = ShardProgram(try tree.local(rank: 0, of: 1), shardCount: shards)
    _ = program.divide(batch: 0..<samples)
    var plan = ArenaPlan(shards: shards, precision: precision)
    let layers = model.makeProgram(&plan, batch: samples)
    let sums = try FloatBuffer(count: model.valueCount)
    let bufferSums = try FloatBuffer(count: model.weights.bufferValues.count)
    let context = StepContext(
      arena: try Arena(plan), weights: model.weights, gradients: sums.base, nodeStride: model.valueCount,
      shards: program,
      tree: tree, communicator: SoloCommunicator(), seed: 1)
    context.isTraining = upstream != nil
    context.bufferSums = bufferSums.base
    let padded = try PackedRows(inputs, shape: shape, samples: samples)
    let raw = try FloatBuffer(count: inputs.count)
    let x = TensorView(
      base: raw.base, steps: shape.steps, batch: samples, positions: shape.positions, columns: shape.features,
      stride: shape.features)
    for row in 0..<x.rows {
      for column in 0..<x.columns { x[row, column] = padded.view[row, column] }
    }
    let gradient = try upstream.map { try PackedRows($0, shape: model.outputShape, samples: samples) }
    outputs = try onOneInstructionSet {
      layers.pack(context)
      let outputs = PackedRows.unpack(try layers.forward(x, context))
      if let gradient { _ = try layers.backward(gradient.view, context) }
      return outputs
    }
    gradients = Dictionary(
      uniqueKeysWithValues: model.parameters.map {
        ($0.name, $0.toPyTorch(sums.floats[$0.offset..<$0.offset + $0.count]))
      })
  }
}
