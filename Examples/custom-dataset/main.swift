// Data of one's own, and an observer: mpirun -np 3 custom-dataset Examples/custom-dataset/rings.yaml epochs=20
import DPTrain

/// Points of the plane between −1 and 1, told apart by their distance from the origin.
final class Rings: Dataset {
  let inputShape = Shape.vector(2)
  let classNames: [String]
  let count: Int
  private let random: Philox

  init(rings: Int, count: Int, seed: UInt64, purpose: RandomPurpose) {
    classNames = (1...rings).map { "ring \($0)" }
    self.count = count
    random = Philox(seed: seed, purpose: purpose)
  }

  // A sample is a function of epoch and index alone, so that every rank sees the same.
  func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) {
    batch.resize(count: indices.count)
    for (place, index) in indices.enumerated() {
      let x = 2 * random.uniform(epoch: epoch, sample: index, element: 0) - 1
      let y = 2 * random.uniform(epoch: epoch, sample: index, element: 1) - 1
      (batch.view[place, 0], batch.view[place, 1]) = (x, y)
      batch.classes[place] = min(Int32((x * x + y * y) * Float(classNames.count)), Int32(classNames.count - 1))
    }
  }
}

/// The data in recipes: `data: {source: rings, rings: 4}`.
struct RingsEntry: DataEntry {
  var rings = 3
  let shuffle = false  // Samples are new in each epoch anyway.
  static let form = RecipeForm<Self>(
    "rings", "points of the plane, told apart by their distance from the origin",
    keys: [RecipeKey("rings", \.rings, .number(.from(2, through: 100)), "classes")])

  func makeSplits(for recipe: Recipe) -> DataSplits {
    DataSplits(
      training: Rings(rings: rings, count: 4096, seed: recipe.seed, purpose: .trainingData),
      test: Rings(rings: rings, count: 1000, seed: recipe.seed, purpose: .testData))
  }
}

/// Says after each evaluation which ring is hardest to tell; called on rank 0 alone.
final class HardestRing: Observer {
  func evaluationDidFinish(_ report: EvaluationReport) {
    let wrong = report.confusion.classes.mapValues { $0.samples - $0.right }.sorted { $0.key < $1.key }
    guard let hardest = wrong.max(by: { $0.value < $1.value }) else { return }
    print("epoch \(report.epoch): \(hardest.value) points of \(report.classNames[hardest.key]) taken for others")
  }
}

var job = TrainingJob()
job.observers = { _ in [HardestRing()] }
job.run {
  try Recipe.load(
    default: "Examples/custom-dataset/rings.yaml", extensions: Registry(dataSources: [RingsEntry.self]))
}
