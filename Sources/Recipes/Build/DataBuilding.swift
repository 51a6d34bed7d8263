import Datasets
import Diagnostics

extension Recipe {
  /// The training samples.
  /// - Throws: `Failure` (noInput, data) where files are missing or wrong.
  public func makeTrainingData() throws -> any Dataset {
    switch data {
    case .temporalOrder(let settings):
      TemporalOrder(level: settings.level, count: settings.epochSize, seed: seed, purpose: .trainingData)
    case .numpy(let settings):
      try NumPyDataset(contentsOf: settings.train, targets: loss.targetKind, ignoring: loss.ignoreIndex)
    }
  }

  /// The test samples, or nil where the recipe has none.
  /// - Throws: `Failure` (noInput, data) where files are missing or wrong, or do not go with `training`.
  public func makeTestData(training: any Dataset) throws -> (any Dataset)? {
    switch data {
    case .temporalOrder(let settings):
      return TemporalOrder(level: settings.level, count: settings.testSize, seed: seed, purpose: .testData)
    case .numpy(let settings):
      guard let path = settings.test else { return nil }
      let test = try NumPyDataset(contentsOf: path, targets: loss.targetKind, ignoring: loss.ignoreIndex)
      guard test.inputShape == training.inputShape else {
        throw Failure(
          .data,
          "\(path): samples have the shape \(test.inputShape), those of \(settings.train) \(training.inputShape)",
          advice: "training and test samples must have one shape")
      }
      guard test.targetLayout == training.targetLayout else {
        throw Failure(
          .data,
          "\(path): y has \(test.targetLayout.text), that of \(settings.train) \(training.targetLayout.text)",
          advice: "training and test samples must have targets of one kind")
      }
      return test
    }
  }

  /// Whether each epoch takes the samples in an order of its own; generated samples are new in each epoch anyway.
  var shuffles: Bool {
    switch data {
    case .temporalOrder: false
    case .numpy(let settings): settings.shuffle
    }
  }
}
