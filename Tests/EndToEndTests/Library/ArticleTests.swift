import DPTrain
import Foundation
import Testing

@testable import custom_layer

/// The code in the library's articles is compiled and run: here, in `Examples` or in `ExtensionTests`.
@Suite struct ArticleTests {
  private static let articles = repository + "/Sources/DPTrain/DPTrain.docc"
  private static let sources =
    ["custom-layer", "custom-dataset", "custom-loop"].map { "\(repository)/Examples/\($0)/main.swift" } + [
      #filePath, repository + "/Tests/RecipesTests/ExtensionTests.swift",
    ]

  @Test func everyPieceOfCodeIsCompiled() throws {
    let texts = try Self.sources.map { lines(try String(contentsOfFile: $0, encoding: .utf8)).joined(separator: "\n") }
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.articles)
    #expect(names.count > 5)
    var pieces = 0
    for name in names {
      let article = try String(contentsOfFile: "\(Self.articles)/\(name)", encoding: .utf8)
      for match in article.matches(of: /```swift\n((?s:.*?))```/) {
        pieces += 1
        let piece = lines(String(match.1)).joined(separator: "\n")
        #expect(texts.contains { $0.contains(piece) }, "\(name): this is in none of the sources:\n\(match.1)")
      }
    }
    #expect(pieces > 5)
  }

  /// The lines without indentation, and without empty lines.
  private func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  @Test func aLayerIsChecked() throws {
    let check = try GradientCheck(Leak(input: .vector(5), start: 0.25), input: .vector(5))
    print(check.differences)
    #expect(check.largest < 1e-3)
  }

  @Test func aLoopTakesAStep() {
    var loss = 0.0
    Session.run(
      prepare: { communicator in
        let experiment = try Recipe.load(arguments: [], default: "temporal-order").makeExperiment()
        let workspace = try experiment.makeWorkspace(communicator: communicator)
        return (experiment.settings, try TrainingStep(experiment, workspace: workspace))
      },
      work: { communicator, prepared in
        let (settings, step) = prepared
        var report = StepReport()
        step.beginEpoch()
        try step.run(epoch: 0, positions: 0..<settings.samplesPerStep, into: &report)
        if communicator.isRoot { loss = report.loss }
      })
    #expect(loss > 0)
  }

  /// A run's weights are evaluated, used for predictions and exported.
  @Test func aRunIsUsed() throws {
    try Folder.temporary { folder in
      let ending = try Program.run(["temporal-order", "steps=2", "data.testSize=32", "--out", "run"], in: folder)
      #expect(ending.status == 0, "\(ending.text)")
      let run = folder["run"]
      let recipe = try Recipe.load("\(run)/recipe.yaml", overrides: ["model.weights=\(run)/weights.safetensors"])
      let experiment = try recipe.makeExperiment()
      let workspace = try experiment.makeWorkspace(communicator: SoloCommunicator())
      if let report = try experiment.makeEvaluator(on: .test, workspace: workspace)?.run(step: 0, epoch: 0) {
        print("loss \(report.loss) on \(report.samples) samples")
      }
      let samples = try recipe.makeReader(facts: experiment.data.training.facts).samples("BcXdaYbE")
      let predictor = try Predictor(data: samples, workspace: workspace)
      print(try predictor.predict(0..<1).map(\.outputs))
      #expect(try predictor.predict(0..<1).first?.outputs.count == 4)
      let exported = try ExportedModel(experiment.network, recipe: recipe, facts: experiment.data.training.facts)
      try exported.write(.onnx, to: "\(run)/network.onnx")
      #expect(FileManager.default.fileExists(atPath: "\(run)/network.onnx"))
    }
  }
}
