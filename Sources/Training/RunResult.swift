import Diagnostics
import Foundation

/// What came of a training: the file `result.json` of its run folder, which it writes last.
package struct RunResult: Codable, Equatable, Sendable {
  /// The resolved recipe.
  package let recipe: String
  /// The number of training samples.
  package let samples: Int
  /// The number of steps and of finished epochs.
  package let steps, epochs: Int
  /// Seconds of training since it was last resumed.
  package let seconds: Double
  /// The last measurements, without classes: on validation samples, then on test samples, if there are any.
  package let evaluations: [EvaluationReport]
  /// The best measurement on validation samples; nil if there are none.
  package let best: EvaluationReport?
  /// The wait for an improvement that ended training before its last step; nil if it did not end so.
  package let patience: Patience?
  /// The number of steps whose gradient was shortened as an outlier; nil if none ever is.
  package let shortenedSteps: Int?
  /// Whether training ended with the best weights in place of the last ones.
  package let isBest: Bool

  /// The result of a training that has reached its end.
  package init(recipe: String, samples: Int, _ summary: RunSummary, best: EvaluationReport?) {
    self.recipe = recipe
    self.samples = samples
    steps = summary.steps
    epochs = summary.epochs
    seconds = summary.seconds
    evaluations = summary.evaluations.map(\.withoutClasses)
    self.best = best
    (patience, shortenedSteps, isBest) = (summary.patience, summary.shortenedSteps, summary.isBest)
  }

  /// Reads JSON.
  /// - Throws: `DecodingError` if it is not a result.
  package init(json: Data) throws {
    self = try JSONDecoder.withSpecialNumbers().decode(RunResult.self, from: json)
  }

  /// The result as JSON.
  package func json() throws -> String {
    let encoder = JSONEncoder.withSpecialNumbers([.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// The summary that the training returned.
  package var summary: RunSummary {
    RunSummary(
      steps: steps, epochs: epochs, seconds: seconds, stopped: nil, evaluations: evaluations, patience: patience,
      shortenedSteps: shortenedSteps, isBest: isBest)
  }
}
