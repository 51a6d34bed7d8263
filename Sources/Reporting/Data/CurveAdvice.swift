import Recipes
import Recording

/// What usually helps against what the curves show, in keys that the run's recipe does not have yet. What costs least comes first.
struct CurveAdvice {
  private let recipe: Recipe
  private let run: ReportedRun
  private let finding: CurveFindings.Finding
  private let keys: [String: String]

  init(run: ReportedRun, finding: CurveFindings.Finding) {
    self.run = run
    self.finding = finding
    recipe = run.recipe
    keys = Dictionary(recipe.keys.map { ($0.key, $0.value) }) { first, _ in first }
  }

  /// The advice, one sentence each.
  var hints: [String] {
    switch finding.kind {
    case .overfitting: overfitting
    case .underfitting: underfitting
    case .plateau: plateau
    case .largeRate: largeRate
    }
  }

  /// Whether a key has the value 0 or none; false if this recipe has no such key.
  private func isOff(_ key: String) -> Bool {
    keys[key].map { ["none", "0", "0 steps", "0 epochs", "false"].contains($0) } ?? false
  }

  /// Whether a layer of one of these kinds is anywhere in the network.
  private func hasLayer(_ kinds: String...) -> Bool { !recipe.layerKinds.isDisjoint(with: kinds) }

  private var findRate: String {
    "look for a learning rate: dp-train find-rate \(run.folder.recipe) shows at which rates the loss falls"
  }

  private var overfitting: [String] {
    var hints: [String] = []
    if run.metrics.splits.contains("validation"), let epoch = finding.bestEpoch {
      if !recipe.restoreBest {
        hints.append(
          "take the weights that were best on the validation samples, about those of epoch \(Format.count(Int(epoch))): "
            + "--best with evaluate, predict and export")
      }
      if recipe.stop == nil {
        hints.append(
          "end when the validation samples no longer improve: stop.patience=10, with restoreBest=true for the best weights"
        )
      }
    } else {
      hints.append(
        "keep some samples for validation, so that the best weights are kept: \(recipe.data.validationAdvice); to choose by test "
          + "samples would flatter the result")
    }
    if keys["data.transforms"] != nil { hints += transforms }
    // Samples of different lengths cannot be mixed; images never differ.
    if isOff("mix.mixup"), isOff("mix.cutmix"), recipe.loss is CrossEntropyEntry, isOfImages {
      hints.append("mix the samples of a batch: mix.mixup=0.2 or mix.cutmix=1")
    }
    if isOff("optimizer.weightDecay") { hints.append("let weights decay: optimizer.weightDecay=0.01") }
    if !hasLayer("dropout", "channel-dropout", "drop-path") {
      hints.append("put a layer dropout: 0.3 before the last linear layer")
    }
    if isOff("loss.labelSmoothing") { hints.append("smooth the labels: loss.labelSmoothing=0.1") }
    hints.append("use more training samples, or a smaller network")
    return hints
  }

  private var isOfImages: Bool { hasLayer("conv2d") }

  private var transforms: [String] {
    let known = keys["data.transforms"] ?? ""
    return known.contains("random-") || known.contains("color-jitter")
      ? ["vary the images more by data.transforms, such as trivial-augment-wide and random-erasing"]
      : ["vary the images by data.transforms, such as random-resized-crop and random-horizontal-flip"]
  }

  private var underfitting: [String] {
    var hints: [String] = []
    if finding.title.hasPrefix("Underfitting: ") { hints.append("train longer: epochs=\(2 * recipe.epochs)") }
    hints.append(findRate)
    if recipe.optimizer.kind == "sgd" {
      hints.append("use an optimizer that scales each parameter: optimizer.name=adamw")
    }
    if hasLayer("dropout", "channel-dropout", "drop-path") { hints.append("use less dropout") }
    hints.append("make the network wider or deeper, and check that inputs are standardized")
    if !finding.title.hasPrefix("Underfitting: ") { hints.append("train longer: epochs=\(2 * recipe.epochs)") }
    return hints
  }

  private var plateau: [String] {
    var hints = [findRate]
    if recipe.schedule is ConstantScheduleEntry {
      hints.append(
        "let the learning rate fall: schedule.name=plateau does so when the loss is flat, schedule.name=cosine always")
    }
    if isOff("schedule.warmup") {
      hints.append("begin with a small learning rate, so that a greater one can follow: schedule.warmup=100")
    }
    if !hasLayer("batch-norm", "layer-norm", "group-norm", "rms-norm", "instance-norm") {
      hints.append("put normalization layers between the others, such as batch-norm or layer-norm")
    }
    hints.append("check the labels: samples of a batch and their classes are in the report's examples")
    return hints
  }

  private var largeRate: [String] {
    let rate = Digits.value(recipe.optimizer.learningRate / 3, significant: 2)
    var hints = ["use a third of the learning rate, optimizer.learningRate=\(rate), or " + findRate]
    if isOff("schedule.warmup") { hints.append("let it rise at the beginning: schedule.warmup=100") }
    if recipe.optimizer.clipNorm == nil { hints.append("limit the gradient's norm: optimizer.clipNorm=1") }
    if recipe.schedule is ConstantScheduleEntry { hints.append("let it fall towards the end: schedule.name=cosine") }
    hints.append("use larger batches, whose gradients differ less")
    return hints
  }
}
