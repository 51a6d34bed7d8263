import Diagnostics
import Foundation
import Recipes
import Recording

/// A run as a comparison needs it: of any version, finished or not.
struct ComparedRun {
  /// The run's name, different from all others.
  let name: String
  /// The recipe's keys and their values, in its order.
  let keys: [(key: String, value: String)]
  /// Whether this version knows the recipe, so that no key is missing.
  let knowsRecipe: Bool
  let environment: RunEnvironment?
  /// What was recorded; nil before the first record.
  let metrics: Metrics?
  let isFinished: Bool
  let isBeingWritten: Bool

  /// Reads a run's folder.
  /// - Throws: `Failure` (noInput, data, configuration) naming the file that is missing or damaged.
  init(_ folder: RunFolder, name: String) throws {
    self.name = name
    (keys, knowsRecipe) = try Recipe.leaves(ofFile: folder.recipe)
    environment = try? folder.readEnvironment()
    let hasMetrics = FileManager.default.fileExists(atPath: folder.metrics)
    metrics = hasMetrics ? try Metrics(path: folder.metrics) : nil
    isFinished = FileManager.default.fileExists(atPath: folder.weights)
    isBeingWritten = folder.isBeingWritten
  }

  /// The last recorded step.
  var steps: Int { metrics?.steps.last.map { Int($0) } ?? 0 }

  /// How far the run is.
  var state: String {
    if isFinished { return "finished" }
    let all = environment?.course.map { " of \(Format.count($0.steps))" } ?? ""
    return "\(isBeingWritten ? "under way" : "stopped") at step \(Format.count(steps))\(all)"
  }

  /// The seconds of all steps, without evaluations; nil if unknown. If only some steps are recorded, the others are taken to
  /// be as long.
  var seconds: Double? {
    guard let metrics, let samples = samplesPerStep else { return nil }
    let times = metrics[.samplesPerSecond].filter { $0.isFinite && $0 > 0 }.map { samples / $0 }
    guard !times.isEmpty else { return nil }
    return times.reduce(0, +) * Double(steps) / Double(times.count)
  }

  private var samplesPerStep: Double? {
    if let course = environment?.course { return Double(course.samplesPerStep) }
    let numbers = ["batch", "accumulate"].map { name in keys.first { $0.key == name }.flatMap { Double($0.value) } }
    return numbers[0].map { $0 * (numbers[1] ?? 1) }
  }

  /// Which weights the run ended with, if it has ended.
  var weights: String? { isFinished ? metrics?.end?.restored ?? "the last ones" : nil }

  /// The mean training loss of the last epoch.
  var trainingLoss: Double? { metrics?.epochMeans(.loss).last?.y }
}
