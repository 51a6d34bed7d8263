import Datasets
import Diagnostics
import Layers
import Training

extension Recipe {
  /// Warnings before training: settings that are allowed but surely not meant, and gaps in the data.
  /// - Throws: `Failure` (configuration) if a later step would fail.
  public func trainingWarnings(of experiment: Experiment) throws -> [String] {
    try checkValidation(of: experiment)
    return try experiment.warnings + checkLastBatch(of: experiment) + validationNotices(experiment)
  }
}

/// Finds settings that are valid but surely not meant, once the experiment is built.
struct RecipeWarnings {
  let recipe: Recipe
  let network: Network
  let data: DataSplits

  /// Takes a recipe and what was made from it.
  init(_ recipe: Recipe, network: Network, data: DataSplits) {
    self.recipe = recipe
    self.network = network
    self.data = data
  }

  /// All warnings, one or two sentences each.
  /// - Throws: `Failure` if samples cannot be read.
  func all() throws -> [String] {
    let found = [
      lastLayer, outputCount, warmup, scheduleEnd, firstClass, batchSize, batchingByLength, mixingAlone, balancedTwice,
      monitorOfOneClass,
    ]
    return found.compactMap(\.self) + unevenGroups + data.commonGroups + learning + (try constantColumns())
  }

  /// A last layer that does not suit the loss.
  private var lastLayer: String? {
    let layers = recipe.model.layers.withNested(key: "model.layers")
    guard let last = layers.last else { return nil }
    let place = recipe.messageName(of: last.layer, key: last.key)
    let isOfClasses = recipe.loss is CrossEntropyEntry || recipe.loss is FocalEntry
    guard isOfClasses || recipe.loss is BinaryCrossEntropyEntry || recipe.loss is BinaryFocalEntry else { return nil }
    let (takes, leave) = ("\(place): loss \(recipe.loss.kind) takes logits", "Leave \(last.layer.kind) out.")
    switch (isOfClasses, last.layer) {
    case (true, is SoftmaxEntry), (false, is SigmoidEntry): return "\(takes), and makes shares of them itself. \(leave)"
    case (false, is SoftmaxEntry): return "\(takes), one for each event. \(leave)"
    case (true, is LogSoftmaxEntry): return "\(takes), and makes logarithms of shares itself. \(leave)"
    case (false, is LogSoftmaxEntry): return "\(takes), one for each event. \(leave)"
    case (_, is ReLUEntry), (_, is ReLU6Entry), (_, is SigmoidEntry), (_, is HardsigmoidEntry), (_, is SoftplusEntry):
      return "\(takes), which may be any numbers. \(leave)"
    default: return nil
    }
  }

  /// More outputs than classes.
  private var outputCount: String? {
    let (outputs, classes) = (network.model.outputShape.features, data.training.classNames.count)
    guard recipe.loss.targetKind == .classes, classes > 1, outputs > classes else { return nil }
    return "The model gives \(outputs) outputs, but the data has \(classes) classes. The others are never right."
  }

  /// Batches of like length of samples that have one length.
  private var batchingByLength: String? {
    guard recipe.batching == .length else { return nil }
    let samples = data.training
    let first = samples.length(of: 0)
    guard !samples.hasLengths || (0..<samples.count).allSatisfy({ samples.length(of: $0) == first }) else { return nil }
    return "batching is length, but all training samples have \(counted(first, "step")). "
      + "It changes nothing but the order."
  }

  /// Samples that are mixed with no other.
  private var mixingAlone: String? {
    guard recipe.mix.mixing != nil, recipe.batch == 1 else { return nil }
    return "mix mixes the samples of a batch with each other, but batch is 1. It changes nothing."
  }

  /// Rare classes that are made up for twice.
  private var balancedTwice: String? {
    guard recipe.sampling == .balanced, let key = recipe.loss.balancedKey else { return nil }
    return "sampling is balanced and so is loss.\(key): rare classes are drawn more often, and weigh more too. "
      + "Choose one of the two."
  }

  /// A warm-up that is longer than the training, or has the rate 0.
  private var warmup: String? {
    let (warmup, total, _) = steps
    guard warmup > 0, total > 0 else { return nil }
    if recipe.schedule.start.warmupMethod == .constant, recipe.schedule.start.warmupStart == 0 {
      return "schedule.warmupMethod is constant, and schedule.warmupStart is 0: nothing is learned in the first "
        + "\(counted(warmup, "step"))."
    }
    guard warmup >= total else { return nil }
    return
      "schedule.warmup is \(counted(warmup, "step")), but training has \(total). It never reaches the learning rate."
  }

  /// A schedule that ends before the training does.
  private var scheduleEnd: String? {
    let (warmup, total, perEpoch) = steps
    let settings = recipe.schedule
    guard let length = settings.length.map({ max(1, $0.steps(perEpoch: perEpoch)) }), length < total - warmup else {
      return nil
    }
    let rate = settings.makeSchedule(length: length, stepsPerEpoch: perEpoch)
      .learningRate(step: length, base: recipe.baseLearningRate)
    return "schedule.length ends at step \(warmup + length) of \(total). From step \(warmup + length + 1) on the "
      + "learning rate is \(rate.recipeText)\(rate == 0 ? ": nothing is learned there" : "")."
  }

  /// The number of steps of the warm-up, of the training, and of one epoch.
  var steps: (warmup: Int, total: Int, perEpoch: Int) {
    let perStep = recipe.batch * recipe.accumulate
    let perEpoch = (recipe.epochLength(of: data.training) + perStep - 1) / perStep
    let all = recipe.epochs.multipliedReportingOverflow(by: perEpoch)
    let total = min(recipe.steps ?? .max, all.overflow ? .max : all.partialValue)
    return (recipe.schedule.start.warmup.steps(perEpoch: perEpoch), total, perEpoch)
  }

  /// Table columns with the same value in every sample.
  private func constantColumns() throws -> [String] {
    let samples = data.training
    let shape = samples.inputShape
    // Only small tables are searched; larger ones would take too long.
    guard !shape.isSequence, !shape.isImage, shape.features > 1, !samples.loadsAhead, samples.count > 1,
      samples.count <= 50_000_000 / shape.features
    else { return [] }
    let batch = try Batch(for: samples, capacity: min(samples.count, 1024))
    var first: [Float] = []
    var candidates = Array(0..<shape.features)
    for start in stride(from: 0, to: samples.count, by: batch.capacity) where !candidates.isEmpty {
      let indices = Array(start..<min(start + batch.capacity, samples.count))
      try indices.withUnsafeBufferPointer { try samples.load(epoch: 0, indices: $0, into: batch) }
      let rows = batch.view
      if first.isEmpty { first = (0..<shape.features).map { rows.row(sample: 0)[$0] } }
      candidates.removeAll { column in (0..<indices.count).contains { rows.row(sample: $0)[column] != first[column] } }
    }
    guard !candidates.isEmpty else { return [] }
    let names = samples.facts.columns
    let shown = candidates.prefix(5).map { column in
      (names.map { "\"\($0[column])\"" } ?? "\(column)") + " (always \(first[column]))"
    }
    let more = candidates.count > shown.count ? " and \(candidates.count - shown.count) more" : ""
    return [
      "The same value in every training sample: \(names == nil ? "feature" : "column") "
        + "\(shown.joined(separator: ", "))\(more). It tells the model nothing.\(names == nil ? "" : " data.ignore leaves columns out.")"
    ]
  }
}
