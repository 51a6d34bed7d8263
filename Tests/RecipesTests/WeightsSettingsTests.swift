import Diagnostics
import Formats
import Foundation
import Layers
import Tensors
import Testing

@testable import Recipes

/// `model.weights`: a file alone, or with the choice among its tensors.
@Suite struct WeightsSettingsTests {
  private func weights(_ text: String, _ overrides: String...) throws -> WeightsSettings? {
    try Recipe.parse(
      "model: {weights: \(text), layers: [linear: 2]}", file: "recipe.yaml", overrides: overrides
    ).model.weights
  }

  @Test func aFileAloneStandsForTheSection() throws {
    #expect(try weights("none") == nil)
    #expect(try weights("start.pt") == "start.pt")
    #expect(try weights("start.pt") == weights("{file: start.pt, match: name, prefix: none, except: []}"))
    #expect(try weights("none", "model.weights=start.pt") == "start.pt")
    #expect(try weights("none", "model.weights.file=start.pt") == "start.pt")
    #expect(try weights("{file: a.pt, match: order}", "model.weights=start.pt") == "start.pt")
    #expect(try weights("a.pt", "model.weights=none") == nil)
  }

  @Test func theCommandLineAddsToAFile() throws {
    let wanted = try weights("{file: a.pt, prefix: module., except: [\"fc.*\"]}")
    #expect(wanted?.prefix == "module." && wanted?.except == ["fc.*"])
    #expect(try weights("a.pt", "model.weights.prefix=module.", "model.weights.except=[fc.*]") == wanted)
    #expect(
      try weights("none", "model.weights.prefix=module.", "model.weights.except=[fc.*]", "model.weights=a.pt") == wanted
    )
  }

  @Test func everyKeyIsWrittenAndReadBack() throws {
    let recipe = try Recipe.parse(
      "model: {weights: {file: a.pt, match: order, except: [\"*.bias\", \"fc.*\"]}, layers: [linear: 2]}",
      file: "recipe.yaml")
    #expect(
      recipe.resolvedYAML().contains(
        """
          weights:
            file: a.pt
            match: order
            prefix: none
            except: ["*.bias", "fc.*"]

        """))
    #expect(try recipe.validated().model.weights == recipe.model.weights)
  }

  @Test func wrongKeysAndValuesAreNamed() throws {
    func failure(_ text: String) throws -> Failure { try #require(throws: Failure.self) { try weights(text) } }
    #expect(try failure("{match: order}").message == "recipe.yaml:1: model.weights.file is missing")
    #expect(try failure("{file: a.pt, match: names}").advice == "did you mean name?")
    #expect(try failure("{file: a.pt, exclude: [a]}").advice == "did you mean model.weights.except?")
    #expect(try failure("{file: a.pt, except: fc.*}").message.contains("model.weights.except must be a list"))
    #expect(try failure("[a.pt]").message.contains("model.weights must be a mapping of keys to values or none"))
    for word in ["pretrained", "checkpoint", "load", "state_dict"] {
      let failure = try #require(throws: Failure.self) {
        try Recipe.parse("model: {\(word): a.pt, layers: [linear: 2]}", file: "recipe.yaml")
      }
      #expect(failure == wrong("recipe.yaml:1: unknown key model.\(word)", "did you mean model.weights?"))
    }
    #expect(
      try RecipesTests.failure(of: "pretrained: a.pt")
        == wrong("recipe.yaml:5: unknown key pretrained", "did you mean model.weights?"))
  }

  @Test func faultsOfTheFileBeginWithTheRecipesLine() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    func failure(_ weights: String, _ overrides: String...) throws -> Failure {
      try #require(throws: Failure.self) {
        try Recipe.parse(
          "seed: 5\nmodel:\n  weights:\n    \(weights)\n  layers: [linear: 2]", file: "recipe.yaml",
          overrides: overrides
        ).makeModel(inputShape: .vector(3))
      }
    }
    let missing = "'\(path)' cannot be opened: No such file or directory."
    #expect(try failure("file: \(path)").message == "recipe.yaml:3: model.weights: \(missing)")
    #expect(try failure("file: a.pt", "model.weights=\(path)").message == missing)
    try SafetensorsFile(tensors: [("0.weight", [2, 4], [Float](repeating: 0, count: 8)), ("0.bias", [2], [1, 2])])
      .write(to: path)
    #expect(
      try failure("file: \(path)").message
        == "recipe.yaml:3: model.weights: \(path): tensor \"0.weight\" has the shape [2, 4]")
    let prefix = "model.weights.prefix: no tensor's name in \(path) begins with \"net.\""
    #expect(try failure("file: \(path)\n    prefix: net").message == "recipe.yaml:5: \(prefix)")
    #expect(
      try failure("file: \(path)", "model.weights.prefix=net").message
        == "command line: model.weights.prefix=net: \(prefix)")
    #expect(
      try failure("{file: \(path), match: order}").message
        == "recipe.yaml:4: model.weights.match is order, but \(path) is a safetensors file: its tensors are sorted")
    #expect(
      try failure("{file: \(path), except: [b]}").message
        == "recipe.yaml:4: model.weights.except: no tensor's name fits \"b\"")
  }

  /// Parameters that are not loaded have the values that they would have without a file.
  @Test func exceptedParametersAreDrawnFromTheSeed() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try SafetensorsFile(tensors: [("0.weight", [2, 3], [1, 2, 3, 4, 5, 6]), ("0.bias", [7], [1, 2, 3, 4, 5, 6, 7])])
      .write(to: path)
    func model(_ weights: String) throws -> Model {
      try Recipe.parse("seed: 5\nmodel: {weights: \(weights), layers: [linear: 2]}", file: "recipe.yaml")
        .makeModel(inputShape: .vector(3))
    }
    let (read, drawn) = (try model("{file: \"\(path)\", except: [\"*.bias\"]}"), try model("none"))
    let (weight, bias) = (read.parameters[0], read.parameters[1])
    #expect(Array(try read.weights.values(of: weight)) == [1, 2, 3, 4, 5, 6])
    #expect(Array(try read.weights.values(of: bias)) == Array(try drawn.weights.values(of: drawn.parameters[1])))
  }
}
