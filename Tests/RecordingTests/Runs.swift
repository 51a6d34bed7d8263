import Collectives
import Foundation
import Recipes
import Training

@testable import Recording

/// A training of a built-in recipe with all its records.
struct Run: Sendable {
  var overrides: [String] = []
  var ranks = 1
  /// A step after which it fails.
  var failsAfter: Int?

  /// The reports on rank 0.
  struct Outcome: Sendable {
    let steps: [StepReport]
    let tensors: [(step: Int, weights: [Float], gradient: [Float], update: [Float])]
    let evaluations: [EvaluationReport]
  }

  /// Trains into a run folder; resumes if it contains a run.
  func train(into folder: RunFolder, extra: @escaping @Sendable (BackgroundRecorder) throws -> Void = { _ in }) throws
    -> Outcome
  {
    try ThreadCommunicator.run(ranks: ranks) { communicator in
      let recipe = try Recipe.load("temporal-order", overrides: overrides)
      let experiment = try recipe.makeExperiment()
      let store = communicator.isRoot ? CheckpointStore(path: folder.checkpoints) : nil
      let checkpoint = store?.newest { _ in }
      let keeper = try CheckpointKeeper(
        experiment, schedule: recipe.checkpoint.schedule, store: store, recipe: "", warn: { _ in })
      let recording = RunRecording(
        every: recipe.record.every,
        tensorBoard: recipe.record.tensorBoardCadence(experiment.settings, samples: experiment.data.training.count),
        recipe: recipe.resolvedYAML())
      let recorder = try store.map { _ in
        try recording.makeRecorder(experiment, folder: folder, resuming: checkpoint?.manifest)
      }
      let witness = Witness(failsAfter: failsAfter)
      if let recorder { try extra(recorder) }
      let trainer = try Trainer(
        experiment, workspace: experiment.makeWorkspace(communicator: communicator),
        observers: recorder.map { [$0, witness] } ?? [],
        control: RunControl(
          folder: communicator.isRoot ? folder.path : nil, deadline: nil, schedule: recipe.checkpoint.schedule),
        keeper: keeper)
      try trainer.resume(checkpoint)
      do {
        _ = try trainer.run()
      } catch {
        try recorder?.flush()
        throw error
      }
      return Outcome(steps: witness.steps, tensors: witness.tensors, evaluations: witness.evaluations)
    }[0]
  }
}

/// The error of a failing run.
struct Broken: Error {}

/// Records all reports.
private final class Witness: Observer {
  private(set) var steps: [StepReport] = []
  private(set) var tensors: [(step: Int, weights: [Float], gradient: [Float], update: [Float])] = []
  private(set) var evaluations: [EvaluationReport] = []
  private let failsAfter: Int?

  init(failsAfter: Int?) { self.failsAfter = failsAfter }

  func stepDidFinish(_ report: StepReport) throws {
    steps.append(report)
    if report.step == failsAfter { throw Broken() }
  }

  func tensorsDidChange(_ report: TensorReport) throws {
    let weights = Array(try report.model.weights.values.floats)
    tensors.append(
      (report.step, weights, Array(report.gradient.floats), zip(weights, report.former.floats).map { $0 - $1 }))
  }

  func evaluationDidFinish(_ report: EvaluationReport) { evaluations.append(report) }
}

/// Calls `body` with an empty run folder that is removed afterwards.
func withRunFolder<Result>(_ body: (RunFolder) throws -> Result) throws -> Result {
  let path = FileManager.default.temporaryDirectory.appending(path: "dp-train-\(UUID().uuidString)").path
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(try RunFolder.create(name: "test", out: path))
}

/// The lines of a text file.
func lines(_ path: String) throws -> [String] {
  try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
}
