import Collectives
import Layers
import Tensors

/// A loss's results for rows of outputs, batch-first.
struct LossRun {
  enum Wanted {
    case classes([Int32])
    case values([Float])
  }

  /// Loss, correct, weight, count.
  let sums: [Float]
  /// ∂(sum of losses)/∂output, batch-first.
  let gradient: [Float]
  /// The predicted class of each row, time-major.
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
    let z = try FloatBuffer(count: samples * shape.count)
    let y = try FloatBuffer(count: samples * shape.count)
    let order = LossRun.timeMajor(shape, samples: samples, width: shape.features)
    for (place, source) in order.enumerated() { z.base[place] = outputs[source] }
    func view(_ memory: FloatBuffer) -> TensorView {
      TensorView(
        base: memory.base, steps: shape.steps, batch: samples, columns: shape.features, stride: shape.features)
    }
    var classes: [Int32] = [0]
    switch wanted {
    case .classes(let indices): classes = LossRun.timeMajor(shape, samples: samples, width: 1).map { indices[$0] }
    case .values(let values): for (place, source) in order.enumerated() { y.base[place] = values[source] }
    }
    let arena = try Arena(plan)
    let model = try Model(inputShape: shape, layers: [])
    var back = [Float](repeating: 0, count: outputs.count)
    var predictions: [Int?] = []
    lengths.withUnsafeBufferPointer { lengths in
      classes.withUnsafeBufferPointer { classes in
        guard let base = classes.baseAddress else { return }
        let context = StepContext(
          arena: arena, weights: model.weights, gradients: sums.base, nodeStride: 0, shards: program, tree: tree,
          communicator: SoloCommunicator(), lengths: lengths.isEmpty ? nil : lengths.baseAddress, seed: 1)
        let targets: Targets = if case .values = wanted { .values(view(y)) } else { .classes(base) }
        let gradient = pass.evaluate(view(z), targets: targets, context, gradient: true)
        for (place, source) in order.enumerated() {
          back[source] = gradient.base[place / shape.features * gradient.stride + place % shape.features]
        }
        predictions = (0..<samples * shape.steps).map { pass.prediction(row: $0, context) }
        pass.sums(of: view(z), into: sums.base, nodeStride: 0, context)
      }
    }
    self.sums = Array(sums.floats)
    gradient = back
    self.predictions = predictions
  }

  /// For each place time-major, its place batch-first.
  private static func timeMajor(_ shape: Shape, samples: Int, width: Int) -> [Int] {
    (0..<shape.steps).flatMap { step in
      (0..<samples).flatMap { sample in
        (0..<width).map { (sample * shape.steps + step) * width + $0 }
      }
    }
  }

  subscript(sum: LossSum) -> Float { sums[sum.rawValue] }

  /// The mean loss.
  var mean: Double { Double(self[.loss]) / Double(self[.weight]) }

  /// The mean loss's gradient.
  var meanGradient: [Float] { gradient.map { $0 / self[.weight] } }
}
