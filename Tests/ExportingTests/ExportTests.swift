import Exporting
import Formats
import Foundation
import Recipes
import TestSupport
import Testing

/// Exported networks give the same outputs in onnxruntime and in PyTorch as here.
@Suite struct ExportTests {
  /// A line of check_exports.py.
  private struct Answer: Decodable {
    let name: String
    let error: String?
    let difference: Double?
    let input, inputs: [String]?
    let output: String?
    let metadata: [String: String]?
  }

  /// The answers for all cases, which `make` writes to a folder.
  private func answers(_ format: String, _ make: (String) throws -> [String]) throws -> [Answer] {
    try withFolder { root in
      let folders = try make(root)
      let result = try PythonEnvironment.run(
        PythonEnvironment.support("check_exports.py"), [format] + folders, torch: format == "pytorch")
      #expect(result.status == 0, "\(result.errors)")
      let answers = try result.output.split(separator: "\n").map {
        try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
      }
      #expect(answers.map(\.name) == folders.map { String($0.split(separator: "/").last ?? "") })
      for answer in answers {
        #expect(answer.error == nil, "\(answer.name)")
        if let difference = answer.difference { #expect(difference <= 1e-5, "\(answer.name)") }
        #expect(answer.difference != nil || answer.error != nil)
      }
      return answers
    }
  }

  private func smallNetworks(_ root: String) throws -> [String] {
    try SmallNetwork.all.map { network in
      let samples = "\(root)/samples.npz"
      try network.writeSamples(to: samples)
      return try ExportCase(network.recipe(samples: samples), name: network.name).write(to: root)
    }
  }

  private func builtInRecipes(_ root: String) throws -> [String] {
    try TinyData.write(to: root)
    return try BuiltInRecipes.all.map { built in
      try ExportCase(Recipe.load(built.name, overrides: TinyData.overrides(built.name, root: root)), name: built.name)
        .write(to: root)
    }
  }

  /// Networks on series of the same length and of different ones, standardized by channel and by sample.
  private func standardizedSeries(_ root: String) throws -> [String] {
    try ["same", "different"].flatMap { lengths in
      let path = "\(root)/\(lengths).ts"
      try TinyData.offsetSeries(differ: lengths == "different").write(toFile: path, atomically: true, encoding: .utf8)
      return try ["channel", "sample"].flatMap { standardize in
        try ["time-series", "time-series-gru"].map { recipe in
          let keys = ["data.train=\(path)", "data.test=none", "data.standardize=\(standardize)", "steps=5"]
          return try ExportCase(
            Recipe.load(recipe, overrides: keys), name: "\(recipe), \(lengths) lengths, by \(standardize)"
          ).write(to: root)
        }
      }
    }
  }

  @Test(.enabled(if: PythonEnvironment.isAvailable, PythonEnvironment.reason))
  func standardizedSeriesGiveTheSameOutputsInONNX() throws {
    for answer in try answers("onnx", standardizedSeries) {
      let metadata = try #require(answer.metadata)
      #expect((metadata["channelMeans"] != nil) == answer.name.hasSuffix("channel"))
      #expect((metadata["channelDeviations"]?.hasSuffix(",1]") == true) == answer.name.hasSuffix("channel"))
      #expect(answer.inputs == (answer.name.contains("different") ? ["input", "lengths"] : ["input"]))
    }
  }

  @Test(.enabled(if: PythonEnvironment.hasTorch, PythonEnvironment.torchReason))
  func standardizedSeriesGiveTheSameOutputsInPyTorch() throws {
    _ = try answers("pytorch", standardizedSeries)
  }

  @Test(.enabled(if: PythonEnvironment.isAvailable, PythonEnvironment.reason))
  func everyLayerGivesTheSameOutputsInONNX() throws {
    let answers = try answers("onnx", smallNetworks)
    for answer in answers where answer.name.hasPrefix("lstm of different") {
      #expect(answer.input == ["batch", "time", "5"] && answer.inputs == ["input", "lengths"])
    }
    for answer in answers where answer.name.hasPrefix("an embedding") {
      let sizes = ["time", "7", nil]
      #expect(
        sizes.contains {
          answer.input == ["batch"] + [$0].compactMap(\.self) + (answer.name.contains("steps") ? ["1"] : [])
        })
    }
  }

  @Test(.enabled(if: PythonEnvironment.hasTorch, PythonEnvironment.torchReason))
  func everyLayerGivesTheSameOutputsInPyTorch() throws {
    _ = try answers("pytorch", smallNetworks)
  }

  @Test(.enabled(if: PythonEnvironment.isAvailable, PythonEnvironment.reason))
  func builtInRecipesGiveTheSameOutputsInONNX() throws {
    for answer in try answers("onnx", builtInRecipes) {
      let metadata = try #require(answer.metadata)
      #expect(try Recipe.parse(metadata["recipe"] ?? "", file: "recipe.yaml").name == answer.name)
      #expect(answer.output == "logits")
      switch answer.name {
      case "mnist":
        #expect(answer.input == ["batch", "1", "28", "28"] && metadata["inputShape"] == "[28,28,1]")
        #expect(metadata["mean"] == "[0.1307]" && metadata["std"] == "[0.3081]")
      case "cifar":
        #expect(answer.input == ["batch", "3", "32", "32"] && metadata["mean"] == "[0.4914,0.4824,0.4467]")
      case "cats-dogs":
        #expect(metadata["classes"] == #"["cats","dogs"]"# && metadata["mean"] == "[0.485,0.456,0.406]")
      case "names":
        #expect(metadata["classes"] == #"["German","Italian"]"# && metadata["alphabet"]?.contains("ü") == true)
        #expect(answer.inputs == ["input", "lengths"])
      case "finetune":
        #expect(metadata["classes"] == #"["cats","dogs"]"# && answer.input == ["batch", "3", "40", "40"])
      case "time-series", "time-series-gru", "inception-time":
        #expect(metadata["classes"] == #"["up","down","flat"]"# && answer.inputs == ["input", "lengths"])
      default: #expect(answer.input?.prefix(2) == ["batch", "time"] && answer.inputs == ["input"])
      }
    }
  }

  @Test(.enabled(if: PythonEnvironment.hasTorch, PythonEnvironment.torchReason))
  func builtInRecipesGiveTheSameOutputsInPyTorch() throws {
    _ = try answers("pytorch", builtInRecipes)
  }
}
