import Collectives
import Datasets
import Diagnostics
import Layers
import Optimizers
import Tensors
import Training

extension Recipe {
  /// Makes everything that the recipe names: data, model, loss, optimizer and schedule.
  /// - Throws: `Failure` naming the key or file that is wrong.
  public func makeExperiment() throws -> Experiment { try makeExperiment(on: makeSplits()) }

  /// Makes an experiment that measures weights on one part of the data.
  /// - Parameters:
  ///   - path: the samples' file or folder; nil for those of the recipe.
  ///   - facts: what is known of the samples that the model was trained on.
  /// - Throws: `Failure` naming the key or file that is wrong.
  public func makeMeasurement(on split: Split, at path: String?, facts: DataFacts) throws -> Experiment {
    guard let path = path ?? data.path(of: split) else {
      return try makeExperiment(on: makeSplits(), balancingBy: facts.balancingWeights)
    }
    let measured = try data.makeSamples(at: path, for: self, facts: facts)
    let (shape, trained) = (measured.samples.inputShape, Shape(facts.inputShape))
    guard shape.isAlike(trained) else {
      throw Failure(.data, "\(path): samples have the shape \(shape)", advice: "the run was trained on \(trained)")
    }
    if shape.steps < trained.steps {
      // Samples that are all too short are no fault of the recipe, which fits those of the training.
      let layers = try makeLayers(input: trained, classes: facts.classNames.count)
      try Model(inputShape: trained, layers).checkSteps(of: measured.samples)
    }
    // Samples of evaluations are not mixed, so mixing need not suit them.
    var recipe = self
    recipe.mix = MixSettings()
    return try recipe.makeExperiment(
      on: DataSplits(
        training: measured.samples, validation: split == .validation ? measured.samples : nil,
        test: split == .test ? measured.samples : nil, notices: measured.notices),
      balancingBy: facts.balancingWeights)
  }

  /// Makes an experiment. If the loss balances its classes, it does so by `known` weights, or by those of the training samples.
  private func makeExperiment(on splits: DataSplits, balancingBy known: [Double]? = nil) throws -> Experiment {
    guard loss.balancedKey != nil else { return try makeWeightedExperiment(on: splits) }
    var weighted = self
    let weights =
      try known
      ?? placing("loss.classWeights", "loss.positiveWeights") {
        try splits.advising { try loss.balancingWeights(of: splits.training) }
      }
    if let weights { weighted.loss.balance(by: weights) }
    var experiment = try weighted.makeWeightedExperiment(on: splits)
    experiment.balancingWeights = weights
    return experiment
  }

  private func makeWeightedExperiment(on splits: DataSplits) throws -> Experiment {
    let classes = splits.training.classNames.count
    let (network, loaded) = try splits.advising {
      try makeLoadedNetwork(inputShape: splits.training.inputShape, classes: classes)
    }
    for (split, samples) in splits.all {
      let shape = samples.inputShape
      if shape != network.model.inputShape { try network.model.checkSteps(of: samples) }
      let measured =
        shape == network.model.inputShape
        ? network.model
        : Model(network.model, inputShape: shape, try makeLayers(input: shape, classes: classes))
      guard let measured else { throw network.model.misfit(of: shape, in: split) }
      try splits.advising { try check(outputs: measured.outputShape, data: samples) }
      try loss.checkTargets(of: samples)
    }
    try checkLengths(network.model, data: splits)
    try checkOrder()
    var settings = TrainingSettings(
      seed: seed, epochs: epochs, steps: steps, batch: batch, shards: shards, order: sampleOrder,
      learningRate: baseLearningRate, clipNorm: optimizer.clipNorm, evaluateEvery: evaluate.every,
      accumulate: accumulate, clipValue: optimizer.clipValue, nonFinite: nonFinite,
      compareRanks: compareRanks, reduction: reduction,
      compression: gradientCompression,
      optimizerSharding: optimizerSharding, precision: precision)
    (settings.monitor, settings.stop, settings.restoresBest) = (monitor.monitor, stop?.rule, restoreBest)
    settings.balance = balance
    settings.outliers = outliers?.rule
    settings.draws = try placing("sampling") {
      try splits.advising { try makeDraws(of: splits.training) }
    }
    settings.shuffleWindow = data.shuffleWindow
    settings.mixing = mix.mixing
    try placing("mix", "mix.cutmix") { try settings.mixing?.check(splits.training, for: network) }
    let samples = epochLength(of: splits.training)
    settings.recordedTensors = record.histogramCadence(settings, samples: samples)
    try freeze(network.model)
    let start = model.unfreeze?.after.steps(perEpoch: settings.stepsPerEpoch(samples: samples)) ?? .max
    var experiment = Experiment(
      network: network, optimizer: try makeOptimizer(for: network.model, start: start), data: splits,
      settings: settings, schedule: schedule.makeSchedule(settings, samples: samples),
      average: try ema.map {
        try WeightAverage(
          of: network.model.weights.values, buffers: network.model.weights.bufferValues, decay: $0.decay,
          warmsUp: $0.warmup, interval: $0.every)
      },
      warnings: try RecipeWarnings(self, network: network, data: splits).all(),
      makeLayers: { try makeLayers(input: $0, classes: classes) })
    experiment.loadedWeights = loaded
    experiment.metrics = try metrics(for: network)
    experiment.freezing = Freezing(of: network.model, steps: start, cacheBytes: model.frozenCache << 20)
    return experiment
  }

  /// Makes the optimizer. Frozen parameters learn after `start` steps.
  private func makeOptimizer(for model: Model, start: Int) throws -> any Optimizer {
    let made = try optimizer.makeOptimizer(for: model)
    guard let rules = try updateRules(of: model, start: start) else { return made }
    guard let sliced = made as? SlicedOptimizer else {
      throw Failure(
        .configuration, "optimizer \(optimizer.kind) knows no groups and no frozen parameters",
        advice: "leave out model.freeze, optimizer.groups and optimizer.decayed, or derive it from SlicedOptimizer")
    }
    sliced.apply(rules, segments: model.segments)
    return made
  }

  private var sampleOrder: SampleOrder {
    guard data.shuffle else { return .ascending }
    return batching == .length ? .byLength(batch: batch, window: batchingWindow) : .shuffled
  }

  /// Makes the tree in which everything that sums over a batch is added.
  /// - Throws: `Failure` (configuration) if `compression` wants more parts than there are shards.
  public func makeTree() throws -> ReductionTree {
    try ReductionTree(shards: shards, parts: gradientCompression?.parts)
  }

  private var gradientCompression: GradientCompression? {
    compression.map { GradientCompression(format: $0.format, parts: $0.parts ?? shards) }
  }

  /// Reads or generates the training, validation and test samples.
  /// - Throws: `Failure` (noInput, data) if files are missing or wrong.
  public func makeSplits() throws -> DataSplits {
    let splits = try placing(
      "data.folds", "data.splitBy", "data.validationShare", "data.testShare", "data.mean", "data.std", "sampling"
    ) {
      try data.makeSplits(for: self)
    }
    try splits.advising { try checkClassCount(of: splits.training) }
    return splits
  }

  /// The samples with inputs as they are before any normalization.
  /// - Throws: `Failure` (noInput, data) if files are missing or wrong.
  package func makeSplitsWithoutNormalization() throws -> DataSplits {
    var recipe = self
    recipe.data = data.withoutNormalization
    return try recipe.makeSplits()
  }

  /// Checks that training samples with classes have at least two.
  /// - Throws: `Failure` (data) naming the source of the classes.
  func checkClassCount(of training: any Dataset) throws {
    guard training.classNames.count == 1, training.targetLayout.areClasses else { return }
    let source = data.classSource.map { "\($0): " } ?? ""
    if let ignored = loss.ignoreIndex, training.classes?.allSatisfy({ Int($0) == ignored }) == true {
      throw Failure(
        .data, "\(source)no training sample has a class: all have \(ignored), which loss.ignoreIndex leaves out",
        advice: "give classes to some, from 0 on")
    }
    throw Failure(
      .data, "\(source)all training samples are of one class, \(training.classNames[0])",
      advice: "there must be two or more classes; to learn numbers, write loss: mse")
  }

  /// The mean that is subtracted from each channel or feature (0…1 of images that are no arrays) and the deviation that divides
  /// it, or one of each for all; nil if inputs are used as they are.
  /// - Throws: `Failure` (configuration) if the transforms are in an impossible order.
  public func inputNormalization() throws -> (mean: [Double], deviation: [Double])? { try data.inputNormalization() }

  /// Makes the reader of new inputs for a model that was trained on samples with these facts.
  /// - Throws: `Failure` (data) if the facts do not fit the recipe's data source.
  public func makeReader(facts: DataFacts) throws -> any InputReader {
    try data.makeReader(for: self, facts: facts)
  }

  /// Checks that the data has targets for the loss, and that the outputs have their shape.
  private func check(outputs: Shape, data: any Dataset) throws {
    try loss.check(data: data)
    do {
      let hasRecurrent = placeOfLayer { $0 is any RecurrentEntry } != nil
      try loss.check(outputs: outputs, data: data, hasRecurrent: hasRecurrent)
    } catch let failure as Failure {
      guard let last = model.layers.last else { throw failure }
      let place = messageName(of: last, key: "model.layers.\(model.layers.count - 1)")
      throw Failure(failure.exitCode, "\(place): \(failure.message)", advice: failure.advice)
    }
  }

  /// Checks that samples are not shuffled if a layer carries its state from row to row of consecutive batches.
  private func checkOrder() throws {
    if batching == .length, !data.shuffle {
      throw Failure(
        .configuration,
        "batching is length, which orders samples anew, but those of \(type(of: data).name) keep their order",
        advice: "leave batching out, or set data.shuffle to true if \(type(of: data).name) has that key")
    }
    guard data.shuffle,
      let place = placeOfLayer(where: { ($0 as? any RecurrentEntry)?.recurrence.options.isStateful == true })
    else { return }
    let shuffle = origin.place(of: "data.shuffle").map { "\($0)" } ?? "by default"
    throw Failure(
      .configuration,
      "\(place) is stateful, so each row of a batch must continue the same row of the batch before, but data.shuffle "
        + "is true (\(shuffle))",
      advice: "set data.shuffle to false and order the samples so, or leave stateful false")
  }

  /// The first layer that `isMeant` accepts, nested ones included, as messages name it.
  private func placeOfLayer(where isMeant: (any LayerEntry) -> Bool) -> String? {
    model.layers.withNested(key: "model.layers").first { isMeant($0.layer) }.map {
      messageName(of: $0.layer, key: $0.key)
    }
  }
}

extension DataSplits {
  /// Runs `body`. If shapes or classes do not fit, adds what else the data may mean, and what was left out of it, to the failure's
  /// advice.
  fileprivate func advising<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let failure as Failure where [.configuration, .data].contains(failure.exitCode) {
      let advice = failure.exitCode == .configuration ? [shapeNotice, failure.advice] : [failure.advice]
      let known = advice.compactMap(\.self).joined(separator: "\n  ")
      throw Failure(failure.exitCode, failure.message, advice: known.isEmpty ? nil : known).adding(damageNotice)
    }
  }
}
