import Datasets
import Diagnostics

extension Dataset {
  /// Checks that these samples, of the file `path`, have the shapes of the training samples; only the number of steps may
  /// differ.
  /// - Throws: `Failure` (data) naming both.
  func check(at path: String, against training: any Dataset, at trainingPath: String) throws {
    guard inputShape.isAlike(training.inputShape) else {
      throw Failure(
        .data, "\(path): samples have the shape \(inputShape), those of \(trainingPath) \(training.inputShape)",
        advice: "all samples must have one shape; only the steps of sequences may differ")
    }
    guard targetLayout.isAlike(training.targetLayout) else {
      throw Failure(
        .data, "\(path): y has \(targetLayout.text), that of \(trainingPath) \(training.targetLayout.text)",
        advice: "all samples must have targets of one kind")
    }
  }
}
