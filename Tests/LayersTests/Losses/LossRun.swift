import Collectives
import Layers
import Tensors
import TestSupport

/// A loss's results for rows of outputs, batch-first.
struct LossRun {
  enum Wanted {
    case classes([Int32])
    case values([Float])
    /// Two classes for each row, of which the first has the share.
    case mixed([Int32], [Int32], share: Float)
  }

  /// Loss, correct, weight, count.
  let sums: [Float]
  /// ∂(sum of losses)/∂output, batch-first.
  let gradient: [Float]
  /// The predicted class of each row.
  let predictions: [Int?]

  /// Runs on one rank; `shards` cuts the batch.
  init(
    _ loss: any Loss, shape: Shape, outputs: [Float], wanted: Wanted, lengths: [Int32] = [], shards: Int = 1
  ) throws {
    let samples = outputs.count / shape.count
    let tree = try ReductionTree(shards: shards)
    let program = ShardProgram(try tree.local(rank: 0, of: 1), shardCount: shards)
    _ = program.divide(batch: 0..<samples)
    var plan = ArenaPlan()
    let pass = loss.makePass(&plan, outputs: shape, batch: samples)
    let sums = try FloatBuffer(count: LossSum.allCases.count)
    let own = lengths.isEmpty ? nil : lengths
    let z = try PackedRows(outputs, shape: shape, samples: samples, lengths: own)
    var classes = [Int32](repeating: 0, count: samples * shape.steps)
    var (y, partners) = (z, classes)
    switch wanted {
    case .classes(let indices):
      for sample in 0..<samples {
        for step in 0..<z.view.steps(ofSample: sample) {
          classes[z.view.index(step: step, sample: sample)] = indices[sample * shape.steps + step]
        }
      }
    case .values(let values): y = try PackedRows(values, shape: shape, samples: samples, lengths: own)
    case .mixed(let first, let second, _): (classes, partners) = (first, second)
    }
    let model = try Model(inputShape: shape, layers: [])
    let context = StepContext(
      arena: try Arena(plan), weights: model.weights, gradients: sums.base, nodeStride: 0, shards: program, tree: tree,
      communicator: SoloCommunicator(), seed: 1)
    var back: [Float] = []
    var predictions: [Int?] = []
    partners.withUnsafeBufferPointer { partners in
      let others = partners.baseAddress
      defer { withExtendedLifetime((z, y)) {} }
      classes.withUnsafeBufferPointer { classes in
        guard let base = classes.baseAddress, let others else { return }
        let targets: Targets =
          switch wanted {
          case .values: .values(y.view)
          case .classes: .classes(base, starts: z.view.starts)
          case .mixed(_, _, let share): .mixedClasses(base, others, share: share)
          }
        let gradient = pass.evaluate(z.view, targets: targets, context, gradient: true)
        back = PackedRows.unpack(gradient, shape: shape)
        predictions = (0..<z.view.rows).map { pass.prediction(row: $0, context) }
        pass.sums(of: z.view, into: sums.base, nodeStride: 0, context)
      }
    }
    self.sums = Array(sums.floats)
    gradient = back
    self.predictions = predictions
  }

  subscript(sum: LossSum) -> Float { sums[sum.rawValue] }

  /// The mean loss.
  var mean: Double { Double(self[.loss]) / Double(self[.weight]) }

  /// The mean loss's gradient.
  var meanGradient: [Float] { gradient.map { $0 / self[.weight] } }
}
