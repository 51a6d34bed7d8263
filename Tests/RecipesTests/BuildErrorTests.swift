import Diagnostics
import Formats
import Foundation
import Tensors
import Testing

@testable import Recipes

/// Errors that only appear when layers and data meet; their messages still name the line.
@Suite struct BuildErrorTests {
  private func failure(
    _ layers: String, _ overrides: String..., shape: Shape = .image(height: 6, width: 5, channels: 3)
  ) throws -> Failure {
    let recipe = try Recipe.parse("model:\n  layers:\n\(layers)", file: "my.yaml", overrides: overrides)
    return try #require(throws: Failure.self) { try recipe.makeModel(inputShape: shape) }
  }

  @Test func aWindowThatDoesNotFitNamesLineShapeAndRule() throws {
    let layers = """
          - relu
          - conv2d: {outputs: 2, kernel: [3, 7], padding: [0, 1]}
      """
    let rule = "the rule is ⌊(input + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1; "
    #expect(
      try failure(layers, shape: .image(height: 4, width: 4, channels: 3))
        == wrong(
          "my.yaml:4: model.layers.1 (conv2d) does not fit its input, an image of 4×4×3: the output's width would be "
            + "⌊(4 + 2·1 − 1·(7 − 1) − 1) / 1⌋ + 1, less than 1",
          rule + "kernel can be at most 6, or padding must be at least 2"))
    #expect(
      try failure(
        "    - conv1d: {outputs: 2, kernel: 3, dilation: 3, stride: 2}\n", shape: .sequence(steps: 5, features: 1))
        == wrong(
          "my.yaml:3: model.layers.0 (conv1d) does not fit its input, a sequence of 5×1: the output's steps would be "
            + "⌊(5 + 2·0 − 3·(3 − 1) − 1) / 2⌋ + 1, less than 1",
          rule + "kernel can be at most 2, or padding must be at least 1"))
  }

  @Test func theRuleOfPoolingPaddingIsNamed() throws {
    #expect(
      try failure("    - max-pool: {kernel: [4, 3], padding: 2}\n")
        == wrong(
          "my.yaml:3: model.layers.0 (max-pool) does not fit its input, an image of 6×5×3: a padding of 2 is more than "
            + "half of the kernel's width, 3",
          "a window must not lie in the padding alone, so padding can be at most 1"))
  }

  @Test func nestedLayersHaveLinesToo() throws {
    let layers = """
          - residual:
              body:
                - relu
                - sequential:
                    layers: [tanh,
                      lstm]
      """
    #expect(
      try failure(layers).message
        == "my.yaml:8: model.layers.0.residual.body.1.sequential.layers.1 (lstm) needs a sequence, steps × features, "
        + "but its input is an image of 6×5×3")
    #expect(
      try failure("    - relu\n    - residual: {body: [flatten]}\n").message.hasPrefix(
        "my.yaml:4: model.layers.1 (residual) does not fit its input, an image of 6×5×3: the body gives"))
  }

  @Test func aLayerOfTheCommandLineIsNamedByIt() throws {
    #expect(
      try failure("    - relu\n", "model.layers.0=lstm").message
        == "command line: model.layers.0=lstm: model.layers.0 (lstm) needs a sequence, steps × features, but its input "
        + "is an image of 6×5×3")
  }

  @Test func layersOfAProgramHaveNoLine() throws {
    var recipe = try Recipe.parse("model: {layers: [relu, flatten]}", file: "my.yaml")
    recipe.model.layers.insert(LSTMEntry(), at: 1)
    let failure = try #require(throws: Failure.self) {
      try recipe.makeModel(inputShape: .image(height: 2, width: 2, channels: 1))
    }
    #expect(failure.message.hasPrefix("model.layers.1 (lstm) needs a sequence"))
  }

  @Test func hugeSizesAreRefused() throws {
    #expect(
      try failure("    - conv2d: {outputs: 1, kernel: 3, dilation: 9223372036854775807}\n").message.hasSuffix(
        "a dilation of 9223372036854775807 is too large"))
    #expect(
      try failure("    - conv2d: {outputs: 1, kernel: 4294967296}\n").message.hasSuffix(
        "a kernel of 4294967296 is too large"))
    for layer in [
      "linear: {outputs: SIZE}", "lstm: {hiddenSize: SIZE}", "conv1d: {kernel: 1, outputs: SIZE}",
      "embedding: {count: SIZE, dimension: 1}", "embedding: {count: 1, dimension: SIZE}",
    ] {
      let failure = try #require(throws: Failure.self) {
        try Recipe.parse(
          "model: {layers: [\(layer.replacing("SIZE", with: "9223372036854775807"))]}", file: "my.yaml")
      }
      #expect(failure.message.hasSuffix("must be from 1 to 16777216, not 9223372036854775807"), "\(failure)")
    }
  }

  @Test func slopesAreOneOrAsManyAsChannels() throws {
    #expect(
      try failure("    - prelu: {parameters: 2}\n")
        == wrong(
          "my.yaml:3: model.layers.0 (prelu) parameters is 2, but its input, an image of 6×5×3, has 3 channels",
          "write 1 for one slope, or channels"))
    for parameters in ["1", "3", "channels"] {
      let recipe = try Recipe.parse("model: {layers: [prelu: \(parameters)]}", file: "my.yaml")
      let model = try recipe.makeModel(inputShape: .image(height: 6, width: 5, channels: 3))
      #expect(model.parameterCount == (parameters == "1" ? 1 : 3))
    }
    let word = try #require(throws: Failure.self) {
      try Recipe.parse("model: {layers: [prelu: classes]}", file: "my.yaml")
    }
    #expect(word.message.hasPrefix("my.yaml:1: model.layers.0.prelu.parameters must be"), "\(word)")
  }

  @Test func groupsDivideTheChannels() throws {
    let image = Shape.image(height: 4, width: 4, channels: 12)
    #expect(
      try failure("    - group-norm: 5\n", shape: image)
        == wrong(
          "my.yaml:3: model.layers.0 (group-norm) 5 groups do not divide the 12 channels of its input, an image of 4×4×12",
          "groups can be 1, 2, 3, 4, 6, 12"))
    #expect(
      try failure("    - group-norm: 12\n", shape: .vector(12)).message
        == "my.yaml:3: model.layers.0 (group-norm) needs at least 2 values in a group, but its input is a vector of 12, "
        + "which gives each of 12 groups 1")
    #expect(
      try failure("    - flatten\n    - group-norm: 2\n", shape: image)
        == wrong(
          "my.yaml:4: model.layers.1 (group-norm) cannot divide a flattened image into 2 groups of channels",
          "put it before flatten, or write groups: 1"))
  }

  @Test(arguments: ["instance-norm", "local-response-norm: 3", "channel-dropout"])
  func vectorsHaveNoChannels(layer: String) throws {
    let failure = try failure("    - \(layer)\n", shape: .vector(4))
    let name = layer.prefix { $0 != ":" }
    #expect(
      failure.message
        == "my.yaml:3: model.layers.0 (\(name)) needs an image or a sequence, but its input is a vector of 4")
    #expect(failure.advice?.hasPrefix("for vectors there ") == true)
  }

  @Test func aSinglePixelIsNoInstance() throws {
    #expect(
      try failure("    - instance-norm\n", shape: .image(height: 1, width: 1, channels: 4))
        == wrong(
          "my.yaml:3: model.layers.0 (instance-norm) needs at least 2 values per channel, but its input is an image of "
            + "1×1×4", "normalizing one value leaves nothing of it; use layer-norm or batch-norm"))
  }

  @Test func statisticsOfSingleValuesAreRefused() throws {
    #expect(
      try failure("    - batch-norm: {statistics: shard}\n", "batch=15", shape: .vector(4))
        == wrong(
          "my.yaml:3: model.layers.0 (batch-norm) needs at least 2 values per channel, but its input is a "
            + "vector of 4, and of 15 samples in 8 shards some have 1", "make batch at least 16"))
    #expect(
      try failure("    - batch-norm\n", "batch=1", "shards=1", shape: .vector(4)).message.hasSuffix(
        "and the batch is 1"))
    for overrides in [["batch=16"], ["batch=8", "model.layers.0.batch-norm.statistics=batch"]] {
      let recipe = try Recipe.parse(
        "model: {layers: [batch-norm: {statistics: shard}]}", file: "my.yaml", overrides: overrides)
      #expect(throws: Never.self) { try recipe.makeModel(inputShape: .vector(4)) }
    }
  }

  // MARK: With data

  private func failure(_ text: String, classes: Int = 3, shuffled: String) throws -> Failure? {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).npz").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try NPZArchive.write(
      [
        ("x", NPYArray(shape: [40, 4, 2], floats: Array(repeating: 1, count: 320))),
        ("y", NPYArray(shape: [40], int32s: (0..<40).map { Int32($0 % classes) })),
      ], to: path)
    let recipe = try Recipe.parse(
      "data: {source: numpy, train: \(path)\(shuffled)}\n\(text)", file: "my.yaml")
    do {
      _ = try recipe.makeExperiment()
      return nil
    } catch let failure as Failure {
      return failure
    }
  }

  /// The failure of an experiment on sequences of 2 to 5 steps.
  private func failure(ofDiffering layers: String, perStep: Bool = false) throws -> Failure? {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).npz").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try NPZArchive.write(
      [
        ("x", NPYArray(shape: [40, 5, 2], floats: Array(repeating: 1, count: 400))),
        ("y", NPYArray(shape: perStep ? [40, 5] : [40], int32s: (0..<(perStep ? 200 : 40)).map { Int32($0 % 3) })),
        ("lengths", NPYArray(shape: [40], int32s: (0..<40).map { $0 == 7 ? 2 : Int32(3 + $0 % 3) })),
      ], to: path)
    do {
      _ = try Recipe.parse("data: {source: numpy, train: \(path)}\nmodel:\n  layers:\n\(layers)", file: "my.yaml")
        .makeExperiment()
      return nil
    } catch let failure as Failure {
      return Failure(
        failure.exitCode, failure.message.replacingOccurrences(of: path, with: "FILE"), advice: failure.advice)
    }
  }

  @Test func layersThatIgnorePaddingAreRefused() throws {
    #expect(
      try failure(
        ofDiffering:
          "    - sequential:\n        layers:\n          - relu\n          - flatten\n    - linear: {outputs: 3}\n")
        == wrong(
          "my.yaml:7: model.layers.0.sequential.layers.1 (flatten) cannot tell steps from padding, but the data's "
            + "sequences differ in length",
          "write global-average-pool in its place, or a recurrent layer with output: last"))
    let ends = "    - global-average-pool\n    - linear: {outputs: 3}\n"
    #expect(try failure(ofDiffering: "    - relu\n" + ends) == nil)
    #expect(
      try failure(
        ofDiffering: "    - residual: {body: [conv1d: {outputs: 2, kernel: 3, stride: 2, padding: 1}], "
          + "shortcut: [average-pool: {kernel: 1, stride: 2}]}\n" + ends) == nil)
    #expect(
      try failure(
        ofDiffering:
          "    - residual: {body: [conv1d: {outputs: 2, kernel: 3}], shortcut: [max-pool: {kernel: 2, stride: 2, padding: 1}]}\n"
          + ends)
        == wrong(
          "my.yaml:4: model.layers.0 (residual) joins what its parts make of 1 step: 0 by body, 1 by shortcut",
          "the data's sequences differ in length, so the parts must give equally many steps for each length"))
  }

  @Test func aSampleTooShortForALayerIsNamed() throws {
    #expect(
      try failure(
        ofDiffering: "    - sequential: {layers: [conv1d: {outputs: 2, kernel: 2}, max-pool: {kernel: 2, stride: 1}]}\n"
          + "    - gru: {output: last}\n    - linear: {outputs: 3}\n")
        == Failure(
          .data, "FILE: sample 7 has 2 steps, too few for layer 0.1 (max-pool)",
          advice: "leave out samples of fewer than 3 steps, or give the layer a smaller kernel, or padding"))
  }

  @Test func aLossPerStepNeedsTheStepsOfTheData() throws {
    #expect(try failure(ofDiffering: "    - gru: {output: all}\n    - linear: {outputs: 3}\n", perStep: true) == nil)
    #expect(
      try failure(
        ofDiffering: "    - conv1d: {outputs: 3, kernel: 2, stride: 2, padding: 3}\n", perStep: true)
        == wrong(
          "the model makes 3 steps of 1, so the samples' lengths do not fit",
          "use layers that keep the number of steps, or data without lengths"))
  }

  @Test(arguments: ["lstm", "gru", "rnn", "gated"])
  func statefulLayersAreRefusedOnShuffledData(kind: String) throws {
    let text = """
      model:
        layers:
          - sequential:
              layers:
                - \(kind): {stateful: true}
          - linear: {outputs: 3}
      """
    let advice = "set data.shuffle to false and order the samples so, or leave stateful false"
    func refused(_ place: String) -> Failure {
      wrong(
        "my.yaml:6: model.layers.0.sequential.layers.0 (\(kind)) is stateful, so each row of a batch must continue the "
          + "same row of the batch before, but data.shuffle is true (\(place))", advice)
    }
    #expect(try failure(text, shuffled: "") == refused("by default"))
    #expect(try failure(text, shuffled: ", shuffle: true") == refused("my.yaml:1"))
    #expect(try failure(text, shuffled: ", shuffle: false") == nil)
    #expect(try failure(text.replacing("stateful: true", with: "stateful: false"), shuffled: "") == nil)
  }

  @Test func outputsThatDoNotFitTheDataNameTheLastLayer() throws {
    let text = "model:\n  layers:\n    - lstm\n    - linear: {outputs: 2}\n"
    #expect(
      try failure(text, shuffled: "")
        == wrong(
          "my.yaml:5: model.layers.1 (linear): the model gives 2 outputs, but the data has 3 classes",
          "the last layer needs outputs: 3"))
  }

  @Test(arguments: ["conv2d: {name: a, outputs: 3, kernel: 1}", "batch-norm: {name: a, affine: false}"])
  func twoLayersOfOneNameAreRefused(layer: String) throws {
    #expect(
      try failure("    - \(layer)\n    - \(layer)\n")
        == wrong("two layers of the model have the name a", "give one of them another name, or none"))
  }
}
