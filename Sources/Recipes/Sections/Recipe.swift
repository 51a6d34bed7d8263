import Training

/// What to train, on what, and how: the user's YAML file with every default filled in.
///
/// `Recipe.load` reads one; a program may also start from `Recipe()` and set properties, then pass it through
/// `validated()`.
public struct Recipe: Sendable {
  /// The name that run folders start with.
  public var name = "recipe"
  /// The seed of every random number.
  public var seed: UInt64 = 1
  /// The number of passes over the training data.
  public var epochs = 60
  /// The number of steps to stop after, if the epochs have not ended before; nil for no limit.
  public var steps: Int?
  /// The samples of one batch, over all ranks; a step takes as many batches as `accumulate` says.
  public var batch = 32
  /// The batches whose gradients are added up for one step.
  public var accumulate = 1
  /// The parts a batch is cut into; ranks share them out.
  public var shards = 8
  /// The samples to train on and to measure on.
  public var data: any DataEntry = TemporalOrderEntry()
  /// The network. Its `layers` are empty until they are given.
  public var model = ModelSettings()
  /// What training makes small.
  public var loss: any LossEntry = CrossEntropyEntry()
  /// How gradients change the weights.
  public var optimizer: any OptimizerEntry = RMSpropEntry()
  /// The learning rate over the run.
  public var schedule: any ScheduleEntry = ConstantScheduleEntry()
  /// The average of the weights that evaluations and the weights file take; nil for the weights themselves.
  public var ema: EMASettings?
  /// What happens where the loss or a gradient is infinite or no number.
  public var nonFinite = NonFinitePolicy.stop
  /// How gradients are added up over the ranks.
  public var reduction = Reduction.tree
  /// How gradients are rounded to 16 bits as they are added up; nil where they are not.
  public var compression: CompressionSettings?
  /// Whether the ranks share out the update of the weights.
  public var optimizerSharding = OptimizerSharding.auto
  /// The steps between comparisons of all ranks' weights; 0 for none.
  public var compareRanks = 100
  /// When to measure on the validation samples, or the test's where there are none.
  public var evaluate = EvaluateSettings()
  /// When to save the state of the training.
  public var checkpoint = CheckpointSettings()
  /// What to write down of the training, and how often.
  public var record = RecordSettings()

  /// Where all this was given.
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
        "steps", \.steps, .optional(.number(.atLeast(0))), "steps to stop after, if the epochs last longer; or none"),
      RecipeKey("batch", \.batch, .number(.atLeast(1)), "samples a step, over all ranks"),
      RecipeKey(
        "accumulate", \.accumulate, .number(.from(1, through: 65536)),
        "batches that are added up for one step; a step then takes accumulate · batch samples"),
      RecipeKey(
        "shards", \.shards, .number(.from(1, through: 4096)),
        "parts a batch is cut into; they fix the result, whatever the number of ranks"),
      RecipeKey("data", \.data, .data, "the samples to train on and to measure on"),
      RecipeKey("model", \.model, .section, "the network"),
      RecipeKey("loss", \.loss, .loss, "what training makes small"),
      RecipeKey("optimizer", \.optimizer, .optimizer, "how gradients change the weights"),
      RecipeKey("schedule", \.schedule, .schedule, "the learning rate over the run, in steps"),
      RecipeKey(
        "ema", \.ema, .optional(.section),
        "an average of the weights for evaluations and the weights file, or none; training goes on with the weights"),
      RecipeKey(
        "nonFinite", \.nonFinite, .choice,
        "where the loss or a gradient is infinite or no number: stop, or skip the step"),
      RecipeKey(
        "reduction", \.reduction, .choice,
        "how ranks' gradients are added: in one tree, the same bits on any number of ranks, or native: by MPI_Allreduce"
      ),
      RecipeKey(
        "compression", \.compression, .optional(.section),
        "gradients in 16 bits between machines, what rounding leaves out being added the next time, or none; "
          + "the same bits on any number of ranks"),
      RecipeKey(
        "optimizerSharding", \.optimizerSharding, .choice,
        "whether each rank updates a part of the weights and keeps that of the optimizer's state, the new weights travelling "
          + "during the next forward pass: auto where it pays; the bits are the same"),
      RecipeKey(
        "compareRanks", \.compareRanks, .number(.atLeast(0)),
        "steps between comparisons of all ranks' weights; 0 is never"),
      RecipeKey(
        "evaluate", \.evaluate, .section,
        "when to measure on the validation samples, or the test's where there are none"),
      RecipeKey("checkpoint", \.checkpoint, .section, "when to save the state of the training, to resume from"),
      RecipeKey("record", \.record, .section, "what to write down of the training, and how often"),
    ])

  /// Checks numbers that have to agree: of samples and shards, of compression, of learning rates.
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
    if let minimum = schedule.finalRate, minimum > baseLearningRate {
      throw section.conflict(
        of: ["schedule", "optimizer"],
        "schedule.minimum is \(minimum.recipeText), above the learning rate that should fall to it, "
          + baseLearningRate.recipeText,
        advice: "make schedule.minimum at most \(baseLearningRate.recipeText), or optimizer.learningRate larger")
    }
  }
}

extension NonFinitePolicy: Choice {}
extension Reduction: Choice {}
extension OptimizerSharding: Choice {}

extension Recipe {
  /// Every key with its value as YAML, dotted, in the order in which recipes are written; a list is one value.
  package var keys: [(key: String, value: String)] { Recipe.keys(written, under: "") }

  private static func keys(_ entries: [YAMLOutput.Entry], under prefix: String) -> [(key: String, value: String)] {
    entries.flatMap { entry -> [(key: String, value: String)] in
      if case .mapping(let inner) = entry.value, !inner.isEmpty { return keys(inner, under: "\(prefix)\(entry.key).") }
      return [(prefix + entry.key, entry.value.flowText)]
    }
  }
}
