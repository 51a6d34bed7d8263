import Diagnostics
import Layers
import Tensors

extension Recipe {
  /// The layers, one after the other, for inputs of a shape; `key` is the list's.
  /// - Throws: `Failure` (configuration) naming the layer, its line, the shape that comes in, and what would fit.
  func makeLayers(_ list: [LayerSettings], input: Shape, key: String) throws -> [any Layer] {
    var layers: [any Layer] = []
    for (index, settings) in list.enumerated() {
      let input = layers.last?.outputShape ?? input
      let layer = try makeLayer(settings, input: input, key: "\(key).\(index)", after: list.prefix(index))
      try checkSize(layer, words(for: settings, key: "\(key).\(index)"))
      if let initialization = settings.initialization {
        for weight in layer.parameters where weight.shape.count > 1 {
          weight.chosenInitialization = initialization.initialization
        }
      }
      layers.append(layer)
    }
    return layers
  }

  /// Refuses what no memory holds, before numbers of values leave the range of whole numbers.
  private func checkSize(_ layer: any Layer, _ place: String) throws {
    func isWithin(_ limit: Int, _ factors: [Int]) -> Bool {
      var product = 1
      for factor in factors {
        let (next, overflow) = product.multipliedReportingOverflow(by: factor)
        guard !overflow, next <= limit else { return false }
        product = next
      }
      return true
    }
    let outputs = layer.outputShape
    guard isWithin(1 << 46, [batch] + outputs.extents) else {
      throw Failure(
        .configuration, "\(place) gives \(outputs) values for each of \(batch) samples, more than any memory holds",
        advice: "choose fewer outputs, or smaller inputs")
    }
    for parameter in layer.parameters where !isWithin(1 << 56, parameter.shape + [outputs.steps * outputs.positions]) {
      throw Failure(
        .configuration,
        "\(place): its \(parameter.name) of \(Shape(parameter.shape)) values is more than any memory holds",
        advice: "choose fewer outputs, or fewer inputs")
    }
  }

  /// How messages name a layer: its place where it has one, its key and kind.
  func words(for layer: LayerSettings, key: String) -> String {
    let name = layer.chosen.name
    let place = origin.place(of: key, named: name).map { "\($0): " } ?? ""
    return "\(place)\(key) (\(name))"
  }

  private func makeLayer(
    _ layer: LayerSettings, input: Shape, key: String, after former: ArraySlice<LayerSettings>
  ) throws -> any Layer {
    let place = words(for: layer, key: key)
    switch layer {
    case .lstm(let settings):
      try requireSequence(input, place, after: former)
      return try located(place, input) {
        try LSTM(input: input, hiddenSize: settings.hiddenSize, bias: settings.bias, options: settings.options)
      }
    case .rnn(let settings):
      try requireSequence(input, place, after: former)
      return try located(place, input) {
        try RNN(
          input: input, hiddenSize: settings.hiddenSize, nonlinearity: settings.nonlinearity, bias: settings.bias,
          options: settings.options)
      }
    case .gru(let settings):
      try requireSequence(input, place, after: former)
      return try located(place, input) {
        try GRU(input: input, hiddenSize: settings.hiddenSize, bias: settings.bias, options: settings.options)
      }
    case .gated(let settings):
      try requireSequence(input, place, after: former)
      return try located(place, input) {
        try GatedRNN(
          input: input, hiddenSize: settings.hiddenSize, bias: settings.bias, options: settings.options)
      }
    case .linear(let settings):
      return Linear(input: input, outputs: settings.outputs, bias: settings.bias)
    case .conv1d(let settings):
      try requireSequence(input, place, after: former)
      return try located(place, input) {
        try Conv1d(
          input: input, outputs: settings.outputs, window: settings.window, groups: settings.groups,
          bias: settings.bias)
      }
    case .conv2d(let settings):
      return try located(place, input) {
        guard input.isImage else {
          throw Failure(
            .configuration, "it needs images, height × width × channels",
            advice: input.isSequence
              ? "grey images have a last axis of one channel, x[..., None]; sequences go to conv1d"
              : "linear takes vectors")
        }
        return try Conv2d(
          input: input, outputs: settings.outputs, window: settings.window, groups: settings.groups,
          bias: settings.bias)
      }
    case .maxPool(let settings):
      return try located(place, input) { try MaxPool(input: input, window: settings.window.window(over: input)) }
    case .averagePool(let settings):
      return try located(place, input) { try AveragePool(input: input, window: settings.window.window(over: input)) }
    case .globalAveragePool:
      return try located(place, input) { try GlobalAveragePool(input: input) }
    case .flatten:
      return Flatten(input: input)
    case .batchNorm(let settings):
      try checkValueCount(settings, input, place)
      return BatchNorm(
        input: input, epsilon: settings.epsilon, momentum: settings.momentum, statistics: settings.statistics)
    case .residual(let settings):
      let body = try makeLayers(settings.body, input: input, key: "\(key).residual.body")
      let shortcut = try makeLayers(settings.shortcut ?? [], input: input, key: "\(key).residual.shortcut")
      return try located(place, input) { try Residual(input: input, body: body, shortcut: shortcut) }
    case .sequential(let settings):
      return Sequential(
        input: input, layers: try makeLayers(settings.layers, input: input, key: "\(key).sequential.layers"))
    case .relu:
      return ReLU(input: input)
    case .leakyReLU(let settings):
      return LeakyReLU(input: input, negativeSlope: Float(settings.negativeSlope))
    case .tanh:
      return Tanh(input: input)
    case .sigmoid:
      return Sigmoid(input: input)
    case .gelu(let settings):
      return GELU(input: input, approximation: settings.approximate)
    case .softmax:
      return Softmax(input: input)
    case .dropout(let settings):
      return Dropout(input: input, probability: settings.probability)
    case .layerNorm(let settings):
      return LayerNorm(input: input, epsilon: settings.epsilon)
    case .embedding(let settings):
      try requireIndices(input, place)
      return Embedding(
        input: input, count: settings.count, dimension: settings.dimension, paddingIndex: settings.paddingIndex)
    case .custom(let own):
      return try located(place, input) { try own.entry.makeLayer(input: input) }
    }
  }

  private func requireIndices(_ input: Shape, _ place: String) throws {
    guard input.features != 1 || input.isImage else { return }
    throw Failure(
      .configuration, "\(place) needs one index, or one for each step, but its input is \(input.words)",
      advice: "an embedding is the first layer, on data of the shape samples × 1 or samples × steps × 1")
  }

  private func requireSequence(_ input: Shape, _ place: String, after former: ArraySlice<LayerSettings>) throws {
    guard !input.isSequence else { return }
    let advice =
      if former.contains(where: { $0.recurrentOptions?.output == .last }) {
        "let the recurrent layer before it give every step: output: all"
      } else if former.contains(where: { if case .flatten = $0 { true } else { false } }) {
        "leave out flatten before it"
      } else if input.isImage {
        "images go through conv2d; for rows of pixels as steps give the data the shape samples × steps × features"
      } else if former.isEmpty {
        "the data has one vector a sample: let linear read it, or give it the shape samples × steps × features"
      } else {
        "put it before the layers that join the steps"
      }
    throw Failure(
      .configuration, "\(place) needs a sequence, steps × features, but its input is \(input.words)", advice: advice)
  }

  /// The mean of one value is the value, and nothing would be left of it.
  private func checkValueCount(_ settings: BatchNormSettings, _ input: Shape, _ place: String) throws {
    let samples = settings.statistics == .shard ? batch / shards : batch
    guard samples * input.steps * input.positions < 2 else { return }
    throw Failure(
      .configuration,
      "\(place) needs the mean of at least 2 values a channel, but its input is \(input.words), and "
        + (settings.statistics == .shard ? "of \(batch) samples in \(shards) shards some have 1" : "the batch is 1"),
      advice: "make batch at least \(settings.statistics == .shard ? 2 * shards : 2)")
  }

  /// What `make` gives, its failure with the layer's place and input before it.
  private func located(_ place: String, _ input: Shape, _ make: () throws -> any Layer) throws -> any Layer {
    do {
      return try make()
    } catch let failure as Failure {
      throw Failure(
        failure.exitCode, "\(place) does not fit its input, \(input.words): \(failure.message)", advice: failure.advice)
    }
  }
}
