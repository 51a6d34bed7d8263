import Collectives
import Datasets
import Diagnostics
import Layers
import Optimizers
import Tensors
import Training

extension Recipe {
  /// Everything that the recipe names, made: data, model, loss and optimizer.
  /// - Throws: `Failure` naming the key or file that is wrong.
  public func makeExperiment() throws -> Experiment { try makeExperiment(on: makeSplits()) }

  /// What is needed to measure weights on one part of the data alone, for a model that was trained on samples with these
  /// facts; `path` names the samples' file or folder, nil for those of the recipe.
  /// - Throws: `Failure` naming the key or file that is wrong.
  public func makeMeasurement(on split: Split, at path: String?, facts: DataFacts) throws -> Experiment {
    guard let path = path ?? data.path(of: split) else { return try makeExperiment() }
    let measured = try data.makeSamples(at: path, for: self, facts: facts)
    let (shape, trained) = (measured.samples.inputShape, Shape(facts.inputShape))
    guard shape.isAlike(trained) else {
      throw Failure(.data, "\(path): samples have the shape \(shape)", advice: "the run was trained on \(trained)")
    }
    return try makeExperiment(
      on: DataSplits(
        training: measured.samples, validation: split == .validation ? measured.samples : nil,
        test: split == .test ? measured.samples : nil, notices: measured.notices))
  }

  private func makeExperiment(on splits: DataSplits) throws -> Experiment {
    let network = try splits.advising { try makeNetwork(inputShape: splits.training.inputShape) }
    for (split, samples) in splits.all {
      let shape = samples.inputShape
      let measured =
        shape == network.model.inputShape
        ? network.model : Model(network.model, inputShape: shape, layers: try makeLayers(input: shape))
      guard let measured else { throw network.model.misfit(of: shape, in: split) }
      try splits.advising { try check(outputs: measured.outputShape, data: samples) }
      try loss.checkTargets(of: samples)
    }
    try checkLengths(network.model, data: splits)
    try checkOrder()
    var settings = TrainingSettings(
      seed: seed, epochs: epochs, steps: steps, batch: batch, shards: shards, shuffles: data.shuffle,
      learningRate: baseLearningRate, clipNorm: optimizer.clipNorm, evaluateEvery: evaluate.every,
      accumulate: accumulate, clipValue: optimizer.clipValue, nonFinite: nonFinite,
      compareRanks: compareRanks, reduction: reduction,
      compression: gradientCompression,
      optimizerSharding: optimizerSharding)
    settings.recordedTensors = record.histogramCadence(settings, samples: splits.training.count)
    return Experiment(
      network: network, optimizer: try optimizer.makeOptimizer(for: network.model), data: splits,
      settings: settings, schedule: schedule.makeSchedule(settings, samples: splits.training.count),
      average: try ema.map {
        try WeightAverage(
          of: network.model.weights.values, buffers: network.model.weights.bufferValues, decay: $0.decay,
          warmsUp: $0.warmup)
      },
      warnings: try RecipeWarnings(self, network: network, data: splits).all(),
      makeLayers: makeLayers)
  }

  /// The tree in which everything that sums over a batch is added.
  /// - Throws: `Failure` (configuration) where `compression` wants more parts than there are shards.
  public func makeTree() throws -> ReductionTree {
    try ReductionTree(shards: shards, parts: gradientCompression?.parts)
  }

  private var gradientCompression: GradientCompression? {
    compression.map { GradientCompression(format: $0.format, parts: $0.parts ?? shards) }
  }

  /// The training samples, and those to measure on.
  /// - Throws: `Failure` (noInput, data) where files are missing or wrong.
  public func makeSplits() throws -> DataSplits {
    let splits = try data.makeSplits(for: self)
    try checkClassCount(of: splits.training)
    return splits
  }

  /// Checks that training samples that have classes have two or more.
  /// - Throws: `Failure` (data) naming where the classes come from.
  func checkClassCount(of training: any Dataset) throws {
    guard training.classNames.count == 1, case .classes = training.targetLayout else { return }
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

  /// What the data source takes off each channel of its images, 0…1, and what it divides by then; nil if it takes
  /// numbers as they are.
  /// - Throws: `Failure` (configuration) if transforms do not follow each other.
  public func inputNormalization() throws -> (mean: [Double], deviation: [Double])? { try data.inputNormalization() }

  /// What reads new inputs for a model that was trained on samples with these facts.
  /// - Throws: `Failure` (data) where the facts are not of such samples.
  public func makeReader(facts: DataFacts) throws -> any InputReader {
    try data.makeReader(for: self, facts: facts)
  }

  /// Checks that the data has what the loss compares with, and that the last layer's outputs are shaped alike.
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

  /// A carried state means something only where row i of a batch continues row i of the one before.
  private func checkOrder() throws {
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

  /// The first layer, nested ones included, of which `isMeant` is true, as messages name it.
  private func placeOfLayer(where isMeant: (any LayerEntry) -> Bool) -> String? {
    model.layers.withNested(key: "model.layers").first { isMeant($0.layer) }.map {
      messageName(of: $0.layer, key: $0.key)
    }
  }
}

extension DataSplits {
  /// What `body` gives; if it fails since shapes do not fit, what else the data may mean is part of the advice.
  fileprivate func advising<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let failure as Failure where failure.exitCode == .configuration {
      guard let notice = shapeNotice else { throw failure }
      throw Failure(
        .configuration, failure.message, advice: [notice, failure.advice].compactMap(\.self).joined(separator: "\n  "))
    }
  }
}
