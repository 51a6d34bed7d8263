import Datasets
import Diagnostics
import Foundation
import Recipes
import Recording
import Training

/// The model and data of a run, made again from its recipe with the newest weights that it saved.
struct TrainedRun {
  let recipe: Recipe
  let experiment: Experiment
  /// Describes these weights.
  let weightsWords: String
  /// The evaluation of these weights during training, if a checkpoint has it.
  let evaluation: EvaluationReport?
  private let sampler: Sampler

  /// Makes the model and the data. If the run ended with its best weights, `end` says so.
  /// - Throws: `Failure` if there are no weights yet, or the data is not available.
  init(_ folder: RunFolder, end: RunEnd?) throws {
    let store = CheckpointStore(path: folder.checkpoints)
    let checkpoint = store.newest { _ in }
    let isFinished = FileManager.default.fileExists(atPath: folder.weights)
    guard let weights = isFinished ? folder.weights : checkpoint?.folder.weights else {
      throw Failure(.noInput, "\(folder.path) has no weights yet")
    }
    let step = checkpoint.map { " of step \(Format.count($0.manifest.progress.step))" } ?? ""
    let best = isFinished ? end?.weightsEpoch : nil
    weightsWords =
      best.map { "the best weights, of epoch \(Format.count($0))" }
      ?? (isFinished ? "the final weights" : "the weights" + step)
    recipe = try Recipe.load(folder.recipe, overrides: ["model.weights=\(weights)"])
    experiment = try recipe.makeExperiment()
    let measured = best == nil ? checkpoint?.manifest.progress.evaluation : store.bestEvaluation
    evaluation = measured?.named(by: experiment.data, outputs: experiment.model.outputShape.features)
    sampler = try experiment.makeSampler()
  }

  /// The model and data of a run, or the reason why there are none.
  static func result(_ folder: RunFolder, end: RunEnd?) -> Result<TrainedRun, Failure> {
    do {
      return .success(try TrainedRun(folder, end: end))
    } catch {
      return .failure(error as? Failure ?? Failure(.software, "\(error)"))
    }
  }

  /// The part of the data that examples come from: test samples if there are any, else validation, else training.
  var shown: (split: Split, data: any Dataset) {
    for split in [Split.test, .validation] {
      if let data = experiment.data[split] { return (split, data) }
    }
    return (.training, experiment.data.training)
  }

  /// The epoch of a step, from 0, and the indices of its batch's samples; both follow from the recipe.
  func samples(step: Int) -> (epoch: Int, samples: [Int]) {
    let settings = experiment.settings
    let count = experiment.samplesPerEpoch
    let perEpoch = settings.stepsPerEpoch(samples: count)
    let (epoch, place) = ((step - 1) / perEpoch, (step - 1) % perEpoch)
    sampler.arrange(epoch: epoch)
    let first = place * settings.samplesPerStep
    return (epoch, Array(sampler.indices(first..<min(first + settings.samplesPerStep, count))))
  }

  /// A batch's samples as text: indices, with short texts.
  func batchWords(step: Int) -> String {
    let (epoch, samples) = samples(step: step)
    let texts = samples.prefix(64).map { index -> String in
      let text = (try? experiment.data.training.text(of: index, epoch: epoch)) ?? ""
      return text.isEmpty || text == "sample \(index)" || text.count > 48 ? String(index) : "\(index) \(text)"
    }
    return "samples " + texts.joined(separator: ", ") + (samples.count > 64 ? ", … (\(samples.count))" : "")
  }
}

extension CheckpointStore {
  /// The evaluation of the best checkpoint with its classes; nil if there is none, or a later one was saved with it.
  fileprivate var bestEvaluation: EvaluationReport? {
    guard let manifest = try? best().verified(), let evaluation = manifest.progress.evaluation,
      evaluation.step == manifest.best?.step
    else { return nil }
    return evaluation
  }
}
