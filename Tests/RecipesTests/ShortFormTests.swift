import Diagnostics
import Foundation
import Testing

@testable import Recipes

/// A value alone stands for a mapping if it can mean only one key.
@Suite struct ShortFormTests {
  private func layers(_ list: String, _ overrides: String...) throws -> [any LayerEntry] {
    try Recipe.parse("model: {layers: \(list)}", file: "recipe.yaml", overrides: overrides).model.layers
  }

  @Test func namesStandForEntries() throws {
    #expect(try read("optimizer: adam\n") == read("optimizer: {name: adam}\n"))
    #expect(try read("schedule: cosine\n") == read("schedule: {name: cosine}\n"))
    #expect(try read("data: echo\n") == read("data: {source: echo}\n"))
    #expect(try read("optimizer: adam\n", "optimizer.beta2=0.9") == read("optimizer: {name: adam, beta2: 0.9}\n"))
    #expect(try read("", "optimizer=adam") == read("optimizer: {name: adam}\n"))
    #expect(
      try failure(of: "optimizer: adan")
        == wrong("recipe.yaml:5: optimizer.name: there is no optimizer \"adan\"", "did you mean adam?"))
  }

  @Test func aLayersValueStandsForItsKey() throws {
    #expect(try layers("[linear: 10]") == layers("[linear: {outputs: 10}]"))
    #expect(try layers("[dropout: 0.25]") == layers("[dropout: {probability: 0.25}]"))
    #expect(
      try layers("[lstm: 7, gru: 6, rnn: 5, gated: 4]")
        == layers(
          "[lstm: {hiddenSize: 7}, gru: {hiddenSize: 6}, rnn: {hiddenSize: 5}, gated: {hiddenSize: 4}]"))
    #expect(
      try layers("[max-pool: 2, average-pool: [2, 3]]")
        == layers(
          "[max-pool: {kernel: 2}, average-pool: {kernel: [2, 3]}]"))
    #expect(
      try layers("[leaky-relu: 0.2, gelu: tanh]")
        == layers(
          "[leaky-relu: {negativeSlope: 0.2}, gelu: {approximate: tanh}]"))
    #expect(
      try layers("[group-norm: 4, local-response-norm: 5, channel-dropout: 0.1, drop-path: 0.2]")
        == layers(
          "[group-norm: {groups: 4}, local-response-norm: {size: 5}, channel-dropout: {probability: 0.1}, "
            + "drop-path: {probability: 0.2}]"))
    #expect(
      try layers("[elu: 0.5, prelu: channels]") == layers("[elu: {alpha: 0.5}, prelu: {parameters: channels}]"))
    #expect(
      try layers("[residual: [relu, linear: 3], sequential: [tanh]]")
        == layers(
          "[residual: {body: [relu, linear: {outputs: 3}]}, sequential: {layers: [tanh]}]"))
  }

  @Test func sectionsAndTransformsHaveShortForms() throws {
    #expect(try read("ema: 0.9\n").ema?.decay == 0.9)
    #expect(try read("compression: float16\n").compression?.format == .float16)
    #expect(try read("evaluate: 3\n").evaluate.every == 3)
    let start = "data: {source: image-folder, folder: a, transforms: "
    #expect(
      try read(start + "[resize: 64, center-crop: [32, 48], random-horizontal-flip: 0.1, random-rotation: 20]}\n")
        == read(
          start + "[resize: {size: 64}, center-crop: {size: [32, 48]}, random-horizontal-flip: {probability: 0.1}, "
            + "random-rotation: {degrees: 20}]}\n"))
  }

  @Test func theCommandLineAddsToShortForms() throws {
    #expect(
      try layers("[lstm: 7]", "model.layers.0.lstm.output=all") == layers("[lstm: {hiddenSize: 7, output: all}]"))
    #expect(try layers("[linear: {outputs: 3}]", "model.layers.0.linear=10") == layers("[linear: 10]"))
    #expect(try layers("[linear: 3]", "model.layers.0.linear.outputs=10") == layers("[linear: 10]"))
  }

  @Test func theCommandLineReachesIntoLists() throws {
    #expect(
      try layers("[residual: [linear: 5, relu]]", "model.layers.0.residual.body.0.linear=6")
        == layers("[residual: {body: [linear: 6, relu]}]"))
  }

  @Test(arguments: ["data=", "optimizer=", "ema=", "steps="])
  func aWordWithoutAValueIsRefused(word: String) throws {
    let failure = try failure(of: "", word)
    #expect(failure.exitCode == .usage && failure.message == "command line: \"\(word)\" has no value")
  }

  @Test func aWrongListGetsAnExample() throws {
    #expect(
      try failure(ofWhole: "model: {layers: linear}")
        == wrong("recipe.yaml:1: model.layers must be a list, not \"linear\"", "for example layers: [lstm]"))
  }

  @Test func errorsInShortFormsNameTheKey() throws {
    #expect(
      try failure(ofWhole: "model:\n  layers:\n    - linear: ten\n")
        == wrong("recipe.yaml:3: model.layers.0.linear.outputs must be a whole number or classes, not \"ten\""))
    #expect(
      try failure(ofWhole: "model:\n  layers:\n    - dropout: 2\n")
        == wrong("recipe.yaml:3: model.layers.0.dropout.probability must be at least 0 and below 1, not 2"))
  }

  /// Messages while layers are made also name the line.
  @Test func linesAreKnownWithinShortForms() throws {
    let recipe = try Recipe.parse(
      "model:\n  layers:\n    - residual:\n        - relu\n        - lstm: 4\n", file: "my.yaml")
    let failure = try #require(throws: Failure.self) { try recipe.makeModel(inputShape: .vector(3)) }
    #expect(failure.message.hasPrefix("my.yaml:5: model.layers.0.residual.body.1 (lstm) needs a sequence"))
  }

  @Test func aPathStandsForTheSourceThatReadsIt() throws {
    #expect(try read("data: train.npz\n") == read("data: {source: numpy, train: train.npz}\n"))
    #expect(try read("data: Gun_TRAIN.TS\n") == read("data: {source: ts, train: Gun_TRAIN.TS}\n"))
    #expect(
      try read("data: table.csv\n", "data.label=kind")
        == read(
          "data: {source: csv, train: table.csv, label: kind}\n"))
    let folder = NSTemporaryDirectory() + "short-forms-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, file, source) in [
      ("digits", "train-images-idx3-ubyte.gz", "idx"), ("names", "French.txt", "text-lines"),
      ("photos", "train/cats/1.jpg", "image-folder"),
    ] {
      let path = "\(folder)/\(name)/\(file)"
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      #expect(FileManager.default.createFile(atPath: path, contents: Data()))
      #expect(
        try read("data: \(folder)/\(name)\n") == read("data: {source: \(source), folder: \(folder)/\(name)}\n"))
    }
    let missing = try failure(of: "data: data/nowhere\n")
    #expect(missing.exitCode == .noInput)
    #expect(missing.message == "recipe.yaml:5: data is \"data/nowhere\", but there is no such file or folder")
    #expect(missing.advice?.contains(FileManager.default.currentDirectoryPath) == true)
  }

  @Test func usualNamesOfOtherProgramsAreUnderstood() throws {
    #expect(
      try failure(of: "lr: 0.1") == wrong("recipe.yaml:5: unknown key lr", "did you mean optimizer.learningRate?"))
    #expect(try failure(of: "batch_size: 8") == wrong("recipe.yaml:5: unknown key batch_size", "did you mean batch?"))
    #expect(
      try failure(of: "optimizer: {name: adam, weight_decay: 0.1}")
        == wrong("recipe.yaml:5: unknown key optimizer.weight_decay", "did you mean optimizer.weightDecay?"))
  }

  @Test func aTabIsExplained() throws {
    #expect(
      try failure(ofWhole: "model:\n\tlayers: [linear: 2]\n").advice
        == "indent with blanks; YAML allows no tabs there")
  }
}
