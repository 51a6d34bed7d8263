import Datasets
import Diagnostics
import Foundation
import Recipes
import Recording
import Training

/// What a run trained, and on what: made again from its recipe, with the newest weights that it saved.
struct TrainedRun {
  let recipe: Recipe
  let experiment: Experiment
  /// Which weights these are.
  let weightsWords: String
  /// The last evaluation in the course of training, where a checkpoint has one.
  let evaluation: EvaluationReport?
  private let sampler: Sampler

  /// Makes model and data.
  /// - Throws: `Failure` where there are no weights yet, or data is not at hand.
  init(_ folder: RunFolder) throws {
    let checkpoint = CheckpointStore(path: folder.checkpoints).newest { _ in }
    let isFinished = FileManager.default.fileExists(atPath: folder.weights)
    guard let weights = isFinished ? folder.weights : checkpoint?.folder.weights else {
      throw Failure(.noInput, "\(folder.path) has no weights yet")
    }
    let step = checkpoint.map { " of step \(Format.count($0.manifest.progress.step))" } ?? ""
    weightsWords = isFinished ? "the final weights" : "the weights" + step
    recipe = try Recipe.load(folder.recipe, overrides: ["model.weights=\(weights)"])
    experiment = try recipe.makeExperiment()
    evaluation = checkpoint?.manifest.progress.evaluation?.named(
      by: experiment.data, outputs: experiment.model.outputShape.features)
    sampler = Sampler(
      count: experiment.data.training.count, shuffles: experiment.settings.shuffles, seed: experiment.settings.seed)
  }

  /// The same, or why it cannot be.
  static func result(_ folder: RunFolder) -> Result<TrainedRun, Failure> {
    do {
      return .success(try TrainedRun(folder))
    } catch {
      return .failure(error as? Failure ?? Failure(.software, "\(error)"))
    }
  }

  /// The part of the data that examples come from: what the result is judged by, as far as there is any.
  var shown: (split: Split, data: any Dataset) {
    for split in [Split.test, .validation] {
      if let data = experiment.data[split] { return (split, data) }
    }
    return (.training, experiment.data.training)
  }

  /// The epoch of a step, from 0, and the samples of its batch, by their numbers in the data set: a function of the recipe.
  func samples(step: Int) -> (epoch: Int, samples: [Int]) {
    let settings = experiment.settings
    let count = experiment.data.training.count
    let perEpoch = settings.stepsPerEpoch(samples: count)
    let (epoch, place) = ((step - 1) / perEpoch, (step - 1) % perEpoch)
    sampler.arrange(epoch: epoch)
    let first = place * settings.samplesPerStep
    return (epoch, Array(sampler.indices(first..<min(first + settings.samplesPerStep, count))))
  }

  /// A batch's samples, written out: numbers, and texts where they are short.
  func batchWords(step: Int) -> String {
    let (epoch, samples) = samples(step: step)
    let texts = samples.prefix(64).map { index -> String in
      let text = (try? experiment.data.training.text(of: index, epoch: epoch)) ?? ""
      return text.isEmpty || text == "sample \(index)" || text.count > 48 ? String(index) : "\(index) \(text)"
    }
    return "samples " + texts.joined(separator: ", ") + (samples.count > 64 ? ", … (\(samples.count))" : "")
  }
}
