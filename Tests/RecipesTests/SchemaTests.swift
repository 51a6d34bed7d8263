import Foundation
import TestSupport
import Testing

@testable import Recipes

/// The schema, checked by Python's `jsonschema`, accepts and refuses the same recipes as the program.
@Suite(.enabled(if: PythonEnvironment.isAvailable, PythonEnvironment.reason))
struct SchemaTests {
  private static let model = "model: {layers: [{linear: {outputs: 2}}]}\n"

  /// Recipes that both accept.
  private static let good =
    BuiltInRecipes.all.map(\.text)
    + BuiltInRecipes.all.compactMap { try? Recipe.load($0.name).resolvedYAML() }
    + BuiltInRecipes.all.compactMap { try? Recipe.load($0.name).resolvedYAML(comments: true) }
    + [
      "model: {layers: [lstm, {rnn: }, {gru: {}}, {residual: {body: [relu, sequential: {layers: [tanh]}]}}]}",
      model + "data:\noptimizer:\nsteps: none\nema: null\nloss: mse",
      model + "steps: 5\nema: {}\nname: 12\nloss: {labelSmoothing: 0.1}\nseed: 18446744073709551615",
      model + "data: {source: csv, train: a.csv, label: 3, ignore: [0, id]}",
      model + "data: {source: csv-sequences, train: a.csv, sample: id, time: 1, channels: [2, b], targetOf: step}",
      model + "data: {source: ts, train: a.ts, missing: zero, standardize: channel, validationShare: 0.1}",
      model + "mix: {mixup: 0.2, cutmix: 1}\nloss: {classWeights: balanced, labelSmoothing: 0.1}",
      model + "mix: {}\nloss: {name: binary-cross-entropy, positiveWeights: [1, 2.5]}",
      model + "loss: {name: binary-focal, alpha: none}", model + "loss: {name: focal, classWeights: null, gamma: 1.5}",
      model + "data: {source: echo, delay: 0-8, length: 20, testLengths: 15-25}",
      model + "data: {source: image-folder, folder: x, transforms: [], evaluationTransforms: [resize: {size: [2, 3]}]}",
      model + "data: {source: image-folder, folder: x, transforms: [color-jitter: {hue: 0.1, contrast: [0.5, 2]}]}",
      model + "schedule: {name: cosine, warmup: 5, length: 0.5 epochs}\noptimizer: {name: sgd, learningRate: 1.0e-3}",
      "model: {initialization: orthogonal, layers: [{linear: {outputs: 2, initialization: {name: normal, mean: 1}}}]}",
    ] + short

  /// Short forms of whole mappings.
  private static let short = [
    "model: {network: resnet18}", "model: {network: {name: tcn, levels: 3, classes: 4}}",
    "model: {layers: [{branches: {name: \"\", join: add, paths: [[], [linear: {name: fc.0, outputs: 2}]]}}, linear: 2]}",
    "model: {layers: [lstm: 3, dropout: 0.5, residual: [{linear: 3}, relu], leaky-relu: 0.1, linear: 2]}",
    model + "optimizer: adam\nschedule: cosine\ndata: echo\nema: 0.9\ncompression: float16\nevaluate: 2\nloss: mse",
    model + "data: train.npz", model + "data: table.csv", model + "data: a.ts",
    model + "data: {source: image-folder, folder: x, transforms: [resize: 64, center-crop: [32, 48]]}",
  ]

  /// Recipes that both refuse.
  private static let bad = [
    "model: {network: resnet19}", "model: {network: {stem: cifar}}", "model: {network: {name: tcn, width: 3}}",
    "model: {layers: [linear: {name: \"\", outputs: 2}]}", "model: {layers: [linear: {name: a..b, outputs: 2}]}",
    "seed: 1", "model:", "model: {layers: []}", "model: {layers: [linear]}", "model: {layers: [{linear: {}}]}",
    "model: {layers: [{linear: {outputs: 2}, relu: {}}]}", "model: {layers: [{lstn: {}}]}", "model: {layers: lstm}",
    "model: {layers: [{lstm: {hidden: 4}}]}", "model: {layers: [{residual: {body: [{lstm: {hiddensize: 4}}]}}]}",
    "model: {layers: [{linear: {outputs: 0}}]}", "model: {layers: [{linear: {outputs: \"2\"}}]}",
    model + "batchsize: 3", model + "batch: 0", model + "batch: 1.5", model + "batch: many", model + "batch: [32]",
    model + "epochs: none", model + "steps: -1", model + "shards: 4097", model + "nonFinite: go", model + "ema: 1.5",
    model + "ema: {decay: 1}", model + "data: {source: mnist}",
    model + "data: {source: csv-sequences, train: a.csv}", model + "data: {source: ts, train: a.ts, missing: mean}",
    model + "data: {source: numpy}", model + "data: {train: a.npz}", model + "data: {source: numpy, level: easy}",
    model + "data: {source: numpy, train: a.npz, shuffle: 1}", model + "data: {source: echo, delay: few}",
    model + "data: {source: image-folder, folder: x, transforms: [resize]}",
    model + "data: {source: image-folder, folder: x, transforms: [{normalize: {mean: 0, std: 1}}]}",
    model + "optimizer: {name: adam, momentum: 0.9}", model + "optimizer: [adam]", "model: {layers: [{conv2d: 3}]}",
    "model: {layers: [{linear: ten}]}", model + "ema: [0.9]",
    model + "optimizer: {name: adam, beta1: 1}",
    model + "optimizer: {learningRate: fast}", model + "optimizer: {clipNorm: 0}", model + "schedule: {warmup: 3 days}",
    model + "mix: {mixup: -1}", model + "mix: 0.2", model + "mix: {cutmix: none}",
    model + "loss: {classWeights: equal}", model + "loss: {classWeights: 2}", model + "loss: {classWeights: [1, -1]}",
    model + "loss: {name: binary-focal, alpha: 1.5}", model + "loss: {name: focal, labelSmoothing: 0.1}",
    model + "loss: crossentropy", model + "loss: {name: huber, delta: 0}", model + "checkpoint: 1",
    model + "name: .hidden",
  ]

  @Test func theSchemaAcceptsAndRefusesAsTheProgramDoes() throws {
    for text in Self.good { #expect(throws: Never.self, "\(text)") { try Recipe.parse(text, file: "recipe.yaml") } }
    for text in Self.bad {
      #expect(throws: (any Error).self, "\(text)") { try Recipe.parse(text, file: "recipe.yaml") }
    }
    let verdicts = try verdicts(on: Self.good + Self.bad)
    #expect(verdicts.count == Self.good.count + Self.bad.count)
    for (text, verdict) in zip(Self.good, verdicts) { #expect(verdict == "", "\(text)\nis refused: \(verdict)") }
    for (text, verdict) in zip(Self.bad, verdicts.dropFirst(Self.good.count)) {
      #expect(verdict != "", "\(text)\nis taken")
    }
  }

  /// The first fault of each document, or an empty text.
  private func verdicts(on documents: [String]) throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "dp-train-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = ["schema.json", "documents.json"].map { folder.appending(path: $0) }
    try RecipeSchema.text.write(to: paths[0], atomically: true, encoding: .utf8)
    let values = try documents.map { SchemaValue(try YAMLNode.parse($0, file: "recipe.yaml")) }
    try JSONEncoder().encode(values).write(to: paths[1])
    let result = try PythonEnvironment.run(
      PythonEnvironment.support("validate_recipes.py"), paths.map(\.path))
    #expect(result.status == 0, "\(result.errors)")
    return try JSONDecoder().decode([String].self, from: Data(result.output.utf8))
  }
}
