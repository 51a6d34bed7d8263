import Tensors
import Training

/// What to train, on what data, and how: the YAML file with every default filled in.
///
/// `Recipe.load` reads one. A program may also start from `Recipe()`, set properties, and call `validated()`.
public struct Recipe: Sendable {
  /// The name that run folders start with.
  public var name = "recipe"
  /// The seed of every random number.
  public var seed: UInt64 = 1
  /// The number of passes over the training data.
  public var epochs = 60
  /// The number of steps to stop after if the epochs have not ended before; nil for no limit.
  public var steps: Int?
  /// The samples of one batch over all ranks. A step takes `accumulate` batches.
  public var batch = 32
  /// The number of batches whose gradients are added for one step.
  public var accumulate = 1
  /// The number of parts that a batch is cut into; ranks share them.
  public var shards = 8
  /// The precision of activations and of what goes into products.
  public var precision = Precision.float32
  /// Which samples make a batch.
  public var batching = Batching.shuffled
  /// The number of batches whose samples are arranged by length together, with batching `length`.
  public var batchingWindow = 100
  /// How often an epoch has each sample.
  public var sampling = Sampling.shuffled
  /// The number of samples in an epoch, with sampling `balanced` or `weights`; nil for as many as there are.
  public var epochSamples: Int?
  /// The samples to train on and to measure on.
  public var data: any DataEntry = TemporalOrderEntry()
  /// How the training samples of a batch are mixed with each other.
  public var mix = MixSettings()
  /// The model. Its `layers` must be set.
  public var model = ModelSettings()
  /// What training minimizes.
  public var loss: any LossEntry = CrossEntropyEntry()
  /// How gradients change the weights.
  public var optimizer: any OptimizerEntry = RMSpropEntry()
  /// The learning rate over the run.
  public var schedule: any ScheduleEntry = ConstantScheduleEntry()
  /// The average of the weights that evaluations and the weights file use; nil for the weights themselves.
  public var ema: EMASettings?
  /// Which gradients are shortened; nil for none.
  public var outliers: OutlierSettings?
  /// What to do if the loss or a gradient is infinite or NaN.
  public var nonFinite = NonFinitePolicy.stop
  /// How gradients are added over the ranks.
  public var reduction = Reduction.tree
  /// How gradients are rounded to 16 bits before machines exchange them; nil for no rounding.
  public var compression: CompressionSettings?
  /// Whether each rank updates only a part of the weights.
  public var optimizerSharding = OptimizerSharding.auto
  /// How the ranks share the shards.
  public var balance = RankBalance.even
  /// The number of steps between comparisons of all ranks' weights; 0 for never.
  public var compareRanks = 100
  /// When to measure on the validation samples, or on the test samples if there are none.
  public var evaluate = EvaluateSettings()
  /// The metric by which the best weights are chosen, a plateau schedule acts, and training stops early.
  public var monitor = MonitorSettings()
  /// When training ends before its last step; nil for never.
  public var stop: StopSettings?
  /// Whether training ends with the best weights in place of the last ones.
  public var restoreBest = false
  /// When to save the state of the training.
  public var checkpoint = CheckpointSettings()
  /// What to record of the training, and how often.
  public var record = RecordSettings()

  /// Where the values were given.
  var origin = Origin()

  /// A recipe with every default and no layers.
  public init() {}

  /// Every key of a recipe, for a reference page or an editor's schema.
  public static var keys: [KeyInfo] { form.keys.map(\.info) }
}

extension Recipe: RecipeSettings {
  /// The keys of a recipe.
  public static let form = RecipeForm<Self>(
    keys: [
      RecipeKey("name", \.name, .fileName, "the name that run folders start with; by default the file's"),
      RecipeKey("seed", \.seed, .number(.atLeast(0)), "the seed of every random number"),
      RecipeKey("epochs", \.epochs, .number(.atLeast(0)), "passes over the training data"),
      RecipeKey(
        "steps", \.steps, .optional(.number(.atLeast(0))), "steps to stop after if the epochs last longer, or none"),
      RecipeKey("batch", \.batch, .number(.atLeast(1)), "samples per batch, over all ranks"),
      RecipeKey(
        "accumulate", \.accumulate, .number(.from(1, through: 65536)),
        "batches whose gradients are added for one step, which then takes accumulate · batch samples; "
          + "fewer at an epoch's end"),
      RecipeKey(
        "shards", \.shards, .number(.from(1, through: 4096)),
        "parts that a batch is cut into; they fix the result for any number of ranks"),
      RecipeKey(
        "precision", \.precision, .choice,
        "float32, or bfloat16: activations, their gradients and what goes into products have 16 bits, sums and weights 32; "
          + "faster and with less memory, to the same bits on every processor"),
      RecipeKey(
        "batching", \.batching, .choice,
        "which samples make a batch: shuffled, as they come, or length, those of like length, for sequences that differ in it"
      ),
      RecipeKey(
        "batchingWindow", \.batchingWindow, .number(.from(1, through: 1 << 20)),
        "batches whose samples batching: length sorts together; more make lengths more alike"),
      RecipeKey(
        "sampling", \.sampling, .choice,
        "how often an epoch has each sample: shuffled, once; balanced, drawn with replacement so that all classes are "
          + "equally frequent; weights, drawn in proportion to weights in the data"),
      RecipeKey(
        "epochSamples", \.epochSamples, .optional(.number(.from(1, through: Int(Int32.max)))),
        "samples that an epoch draws with sampling balanced or weights, or none for as many as there are"),
      RecipeKey("data", \.data, .data, "the samples to train on and to measure on"),
      RecipeKey(
        "mix", \.mix, .section,
        "how the training samples of a batch, over all ranks, are mixed with each other, and their targets"),
      RecipeKey("model", \.model, .section, "the network"),
      RecipeKey("loss", \.loss, .loss, "what training minimizes"),
      RecipeKey("optimizer", \.optimizer, .optimizer, "how gradients change the weights"),
      RecipeKey("schedule", \.schedule, .schedule, "the learning rate over the run, in steps"),
      RecipeKey(
        "ema", \.ema, .optional(.section),
        "an average of the weights for evaluations and the weights file, or none; training itself does not use it"),
      RecipeKey(
        "outliers", \.outliers, .optional(.section),
        "a gradient that is much longer than usual is shortened, before the optimizer clips it; or none"),
      RecipeKey(
        "nonFinite", \.nonFinite, .choice,
        "if the loss or a gradient is infinite or NaN: stop, or skip the step"),
      RecipeKey(
        "reduction", \.reduction, .choice,
        "how gradients are added over the ranks: tree, the same bits on any number of ranks, or native, by MPI_Allreduce"
      ),
      RecipeKey(
        "compression", \.compression, .optional(.section),
        "16-bit gradients between machines, or none; rounding errors are added to the next step's gradients; "
          + "the same bits on any number of ranks"),
      RecipeKey(
        "optimizerSharding", \.optimizerSharding, .choice,
        "whether each rank updates a part of the weights and keeps the optimizer's state for that part alone; "
          + "auto: if it is faster; the bits are the same"),
      RecipeKey(
        "balance", \.balance, .choice,
        "how the ranks share the shards: even, as equally as possible, or auto, by the time that each takes for a shard, for "
          + "processors of different speed; the bits are the same"),
      RecipeKey(
        "compareRanks", \.compareRanks, .number(.atLeast(0)),
        "steps between comparisons of all ranks' weights; 0 is never"),
      RecipeKey(
        "evaluate", \.evaluate, .section,
        "when to measure on the validation samples, or the test samples if there are none"),
      RecipeKey(
        "monitor", \.monitor, .section,
        "the metric on the validation samples by which the best weights are chosen, a plateau schedule acts, and training "
          + "stops early"),
      RecipeKey(
        "stop", \.stop, .optional(.section),
        "when training ends before its last step, because the monitored metric no longer improves; or none"),
      RecipeKey(
        "restoreBest", \.restoreBest, .flag,
        "whether training ends with the best weights on the validation samples in place of the last ones: the weights file, "
          + "the last evaluation of the test samples, and all that is made of them"),
      RecipeKey("checkpoint", \.checkpoint, .section, "when to save the state of the training, to resume from"),
      RecipeKey("record", \.record, .section, "what to record of the training, and how often"),
    ])

  /// Checks settings that depend on each other: batch and shards, compression, learning rates.
  public func check(_ section: RecipeSection) throws {
    if batch < shards {
      throw section.conflict(
        of: ["batch", "shards"],
        "a shard needs at least one sample, but \(section.naming("batch", batch)) "
          + "and \(section.naming("shards", shards))",
        advice: "make batch at least \(shards) or shards at most \(batch)")
    }
    // Kernels count samples in 32 bits.
    if batch > Int(Int32.max) / accumulate {
      throw section.conflict(
        of: ["batch", "accumulate"],
        "a step takes at most \(Int32.max) samples, but \(section.naming("batch", batch)) "
          + "and \(section.naming("accumulate", accumulate))",
        advice: "make batch at most \(Int(Int32.max) / accumulate)")
    }
    try checkSampling(section)
    if let parts = compression?.parts, parts > shards {
      throw section.conflict(
        of: ["compression", "shards"],
        "compression.parts is \(parts), but a part has at least one shard, and \(section.naming("shards", shards))",
        advice: "make compression.parts at most \(shards) or shards at least \(parts)")
    }
    if compression != nil, reduction == .native {
      throw section.conflict(
        of: ["compression", "reduction"],
        "gradients are compressed, but reduction native lets MPI add them as they are",
        advice: "set reduction to tree or compression to none")
    }
    if balance == .auto, reduction == .native {
      throw section.conflict(
        of: ["balance", "reduction"],
        "balance auto moves shards between ranks, which changes the bits if reduction is native",
        advice: "set reduction to tree or balance to even")
    }
    if let minimum = schedule.finalRate ?? (schedule as? PlateauScheduleEntry)?.minimum, minimum > baseLearningRate {
      throw section.conflict(
        of: ["schedule", "optimizer"],
        "schedule.minimum is \(minimum.recipeText), above the learning rate that should fall to it, "
          + baseLearningRate.recipeText,
        advice: "make schedule.minimum at most \(baseLearningRate.recipeText), or optimizer.learningRate larger")
    }
  }
}

/// Which samples make a batch.
public enum Batching: String, Choice {
  /// Those that follow each other in the epoch's order.
  case shuffled
  /// Those of like length, within a window of the shuffled order.
  case length
}

extension Precision: Choice {}
extension NonFinitePolicy: Choice {}
extension Reduction: Choice {}
extension OptimizerSharding: Choice {}
extension RankBalance: Choice {}

extension Recipe {
  /// Every dotted key with its value as YAML, in the order of recipes; a list is one value.
  package var keys: [(key: String, value: String)] { Recipe.keys(written, under: "") }

  private static func keys(_ entries: [YAMLOutput.Entry], under prefix: String) -> [(key: String, value: String)] {
    entries.flatMap { entry -> [(key: String, value: String)] in
      if case .mapping(let inner) = entry.value, !inner.isEmpty { return keys(inner, under: "\(prefix)\(entry.key).") }
      return [(prefix + entry.key, entry.value.flowText)]
    }
  }
}
