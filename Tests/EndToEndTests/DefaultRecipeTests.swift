import Formats
import Foundation
import Testing

extension EndToEndTests {
  /// The default recipe from its training to its use.
  struct DefaultRecipeTests {
    private static let steps = 60 * 31

    @Test func itTrainsRecordsEvaluatesAndPredicts() throws {
      try Folder.temporary { folder in
        let training = try Program.run(["--out", "run"], in: folder)
        try #require(training.status == 0, "\(training.text)")
        let accuracy = try #require(printedAccuracy(training))
        #expect(accuracy >= 99)

        let digest = try sha256(ofFile: folder["run/weights.safetensors"])
        #expect(training.output.hasSuffix("SHA-256  \(digest)\n"), "\(training.output)")
        let files = [
          "data.json", "distributions.jsonl", "environment.json", "history.jsonl", "metrics.csv", "metrics.jsonl",
          "recipe.yaml", "result.json", "weights.safetensors",
        ]
        let found = try folder.contents().filter { !$0.hasPrefix("run/checkpoints") }
        #expect(found.filter { !$0.contains("tfevents") } == ["run"] + files.map { "run/\($0)" })
        #expect(found.count { $0.hasPrefix("run/events.out.tfevents.") } == 1)
        #expect(try folder.bytes("run/checkpoints/last/weights.safetensors").count > 0)
        try checkMetrics(Metrics(run: "run", in: folder), accuracy: accuracy)
        try checkWeights(folder["run/weights.safetensors"])

        let again = try Program.run(["train", "run/recipe.yaml", "--out", "again"], in: folder)
        try #require(again.status == 0, "\(again.text)")
        #expect(try sha256(ofFile: folder["again/weights.safetensors"]) == digest)
        #expect(try folder.text("again/recipe.yaml") == folder.text("run/recipe.yaml"))
        try checkEvaluation(accuracy: accuracy, in: folder)
        try checkPrediction(in: folder)
      }
    }

    /// The accuracy in percent in the line "test  accuracy 99.9 %, …".
    private func printedAccuracy(_ training: Ending) -> Double? {
      let line = training.output.split(separator: "\n").last { $0.hasPrefix("test ") }
      return line?.split(separator: " ").dropFirst(2).first.flatMap { Double($0) }
    }

    private func checkMetrics(_ metrics: Metrics, accuracy: Double) throws {
      #expect(metrics.steps.map(\.step) == Array(1...Self.steps))
      #expect(metrics.steps.map(\.epoch) == (0..<Self.steps).map { $0 / 31 + 1 })
      #expect(metrics.evaluations.map(\.step) == (1...60).map { $0 * 31 })
      #expect(metrics.evaluations.allSatisfy { $0.samples == 992 })
      let last = try #require(metrics.evaluations.last)
      #expect((last.accuracy * 100 - accuracy).magnitude < 0.051)
      let step: Set = [
        "event", "step", "epoch", "loss", "accuracy", "gradientNorm", "learningRate", "samplesPerSecond", "dataSeconds",
        "computeSeconds", "communicationSeconds", "waitingSeconds",
      ]
      let evaluation: Set = [
        "event", "split", "step", "epoch", "loss", "accuracy", "samples", "balanced-accuracy", "macro-f1",
      ]
      #expect(Set(metrics.keys) == [step, evaluation])
    }

    private func checkWeights(_ path: String) throws {
      let weights = try SafetensorsFile(contentsOf: path)
      #expect(
        Dictionary(uniqueKeysWithValues: weights.tensors.map { ($0.name, $0.shape) }) == [
          "0.weight_ih_l0": [16, 8], "0.weight_hh_l0": [16, 4], "0.bias_ih_l0": [16], "0.bias_hh_l0": [16],
          "1.weight": [4, 4], "1.bias": [4],
        ])
      #expect(weights.tensors.allSatisfy { $0.values.allSatisfy(\.isFinite) && Set($0.values).count > 1 })
    }

    private func checkEvaluation(accuracy: Double, in folder: Folder) throws {
      let evaluation = try Program.run(["evaluate", "run"], in: folder)
      try #require(evaluation.status == 0, "\(evaluation.text)")
      let total = evaluation.output.split(separator: "\n").first { $0.hasPrefix("all ") }?.split(separator: " ")
      #expect(total?.dropFirst(3).first.flatMap { Double($0) } == accuracy, "\(evaluation.output)")
      guard Mpirun.isUsable else { return }
      let together = try Program.run(["evaluate", "run"], ranks: 3, in: folder)
      #expect(together.status == 0 && together.lines == evaluation.lines, "\(together.text)")
    }

    private func checkPrediction(in folder: Folder) throws {
      let prediction = try Program.run(["predict", "run", "BcXdaYbE", "BcYdaYbE"], in: folder)
      let rows = prediction.output.split(separator: "\n").map { $0.split(separator: " ").prefix(2).map(String.init) }
      #expect(rows == [["input", "predicted"], ["BcXdaYbE", "R"], ["BcYdaYbE", "U"]], "\(prediction.text)")
    }
  }
}
