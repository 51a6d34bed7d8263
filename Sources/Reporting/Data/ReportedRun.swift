import Datasets
import Diagnostics
import Foundation
import Recipes
import Recording
import Tensors

/// A run as its folder describes it.
struct ReportedRun {
  let folder: RunFolder
  /// The run's name on the page, different from all others.
  let name: String
  /// The index of its colour, if several runs are shown.
  let colour: Int
  /// The number of places along a plot's horizontal axis.
  let columns: Int
  let recipe: Recipe
  /// The resolved recipe as YAML.
  let recipeText: String
  let environment: RunEnvironment?
  let metrics: Metrics
  /// The spikes and unusual gradients in the metrics.
  let findings: SpikeFindings
  let distributions: Distributions
  /// The model and the data, or the reason why there are none.
  let trained: Result<TrainedRun, Failure>

  /// Reads a run. `name` and `colour` distinguish it on the page, which shows `runs` runs; `detail` is the share of a
  /// plot's places that are drawn.
  /// - Throws: `Failure` (noInput, data) naming the file that is missing or damaged.
  init(_ folder: RunFolder, name: String, colour: Int, of runs: Int, detail: Double) throws {
    guard folder.exists else {
      throw Failure(
        .noInput, "\(folder.path) holds no run: there is no \(folder.recipe)",
        advice: "give the folder that train printed, such as runs/temporal-order-20260101-120000")
    }
    self.folder = folder
    self.name = name
    self.colour = colour
    columns = max(20, Int(detail * Double(Frame.columns)))
    recipe = try Recipe.load(folder.recipe, overrides: [])
    recipeText = (try? String(contentsOfFile: folder.recipe, encoding: .utf8)) ?? ""
    environment = FileManager.default.contents(atPath: folder.environment)
      .flatMap { try? JSONDecoder().decode(RunEnvironment.self, from: $0) }
    metrics = try Metrics(path: folder.metrics)
    findings = SpikeFindings(metrics)
    trained = TrainedRun.result(folder, end: metrics.end)
    let parameters = (try? recipe.countParameters(facts: folder.readDataFacts())) ?? 1
    distributions = try Distributions(
      path: folder.distributions, limit: DistributionSection.places(tensors: 3 * parameters * runs, detail: detail),
      keeping: findings.unusualSteps(of: metrics))
  }

  /// Whether the run has ended: it then wrote its weights.
  var isFinished: Bool { FileManager.default.fileExists(atPath: folder.weights) }

  /// The step whose weights the page shows: the last recorded one, or that of the best weights, if training ended with these.
  var weightsStep: Int {
    let best = metrics.end?.weightsEpoch.flatMap { epoch in
      metrics.evaluations.last { $0.epoch == Double(epoch) }?.step
    }
    return (best ?? metrics.steps.last).flatMap { Int(exactly: $0) } ?? 0
  }

  /// Names for runs: the last part of each folder's path, or the whole paths if two are equal.
  static func names(_ folders: [RunFolder]) -> [String] {
    let short = folders.map { folder in
      folder.path.split(separator: "/").last.map(String.init) ?? folder.path
    }
    return Set(short).count == short.count ? short : folders.map(\.path)
  }
}

extension ReportedRun {
  /// The samples of the batches around a spike, as text; nil if the data is not available.
  func batchWords(of spike: SpikeFindings.Spike) -> String? {
    guard case .success(let trained) = trained else { return nil }
    let before = max(1, Int(spike.first) - 1)
    let steps = [before, Int(spike.first), Int(spike.normStep)].reduce(into: [Int]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    let batches = steps.sorted().map { step in "  step \(step): \(trained.batchWords(step: step))" }
    return "Spike of step \(spike.stepWords)\n" + batches.joined(separator: "\n")
  }
}

extension Recipe {
  /// The number of parameters of the model for data with these facts.
  fileprivate func countParameters(facts: DataFacts) throws -> Int {
    try makeNetwork(inputShape: Shape(facts.inputShape), classes: facts.classNames.count).model.parameters.count
  }
}
