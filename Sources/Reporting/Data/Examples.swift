import Collectives
import Datasets
import Layers
import Tensors
import Training

/// Samples that a model classified right and wrong.
struct Examples {
  /// A sample and its prediction.
  struct Example {
    let index: Int
    /// The actual and the predicted class of each step; one of each if a sample has one class.
    let actual, predicted: [Int?]
    /// The probability of the prediction; of several steps, that of the least certain one.
    let probability: Double
  }

  let right, wrong: [Example]
  /// The number of samples examined.
  let count: Int

  /// Examines about `scanned` samples, evenly spaced in a data set, and keeps `limit` right ones, taking all classes in
  /// turn, and the `limit` wrong ones with the highest probability. Nil if outputs are not classes. `seed` and `precision`
  /// are those of the training.
  /// - Throws: `Failure` if samples cannot be read, or there is not enough memory.
  init?(
    _ network: Network, seed: UInt64, precision: Precision, data: any Dataset, limit: Int, scanned: Int
  ) throws {
    guard network.loss.meaning == .classes, data.targetLayout.areClasses else { return nil }
    let batch = min(Examples.batch, data.count)
    let workspace = try Workspace(
      network, batch: batch, shards: 1, seed: seed, communicator: SoloCommunicator(), precision: precision)
    let predictor = try Predictor(data: data, workspace: workspace, continues: true)
    let classes = network.model.outputShape.features
    var (right, wrong, count) = (ClassTurns<Example>(limit: limit), [Example](), 0)
    for samples in predictor.spreadBatches.prefix((scanned + batch - 1) / batch) {
      for prediction in try predictor.predict(samples) {
        count += 1
        let example = Examples.example(prediction, classes: classes)
        let isRight = zip(example.actual, example.predicted).allSatisfy { $0 == nil || $0 == $1 }
        let label = data.targetLayout == .oneClass ? example.actual.first.flatMap(\.self) ?? -1 : 0
        if !isRight { wrong.append(example) } else if right.accepts(label) { right.add(example, of: label) }
      }
    }
    self.right = right.chosen
    self.wrong = Array(wrong.sorted { $0.probability > $1.probability }.prefix(limit))
    self.count = count
  }

  /// Samples per forward pass; few, so that they come from many places.
  private static let batch = 16

  private static func example(_ prediction: Prediction, classes: Int) -> Example {
    let rows = stride(from: 0, to: prediction.outputs.count, by: classes).map {
      prediction.outputs[$0..<$0 + classes]
    }
    let predicted = rows.map { row in row.indices.max { row[$0] < row[$1] }.map { $0 - row.startIndex } }
    let counted = zip(rows, prediction.targets).filter { $1 != nil }.map { Double($0.0.max() ?? 0) }
    return Example(
      index: prediction.index, actual: prediction.targets, predicted: Array(predicted.prefix(prediction.targets.count)),
      probability: counted.min() ?? 0)
  }
}
