import Formats
import Foundation
import Testing

extension EndToEndTests {
  /// The cost of evaluations, checkpoints and reports does not grow with the square of the classes.
  struct ManyClassesTests {
    private struct Evaluation: Decodable {
      struct Metric: Decodable {
        let value: Double
      }

      let accuracy: Double
      let metrics: [String: Metric]
      let classes: [String]
      let confusion: [[Int]]
    }

    /// Writes samples sorted by class: the class's bits, and more values.
    private func write(classes: Int, samples: Int, to path: String) throws {
      let labels = (0..<samples).map { Int32($0 * classes / samples) }
      let x = labels.flatMap { label in (0..<16).map { label >> Int32($0) & 1 == 1 ? Float(1) : -1 } }
      try NPZArchive.write(
        [("x", NPYArray(shape: [samples, 16], floats: x)), ("y", NPYArray(shape: [samples], int32s: labels))], to: path)
    }

    private func recipe(outputs: Int) -> String {
      """
      data: {source: numpy, train: data.npz, test: data.npz}
      batch: 100
      epochs: 2
      model:
        layers:
          - linear: {outputs: \(outputs)}
      """
    }

    @Test func tenThousandClassesFitOnAPage() throws {
      try Folder.temporary { folder in
        try write(classes: 10_000, samples: 10_000, to: folder["data.npz"])
        try folder.write(recipe(outputs: 10_000), to: "many.yaml")
        let training = try Program.run(["train", "many.yaml", "--out", "run"], in: folder)
        #expect(training.status == 0, "\(training.text)")
        let manifests = try folder.contents().filter { $0.hasSuffix("checkpoint.json") }
        #expect(!manifests.isEmpty)
        for manifest in manifests { #expect(try folder.bytes(manifest).count < 400_000) }

        let evaluation = try Program.run(["evaluate", "run"], in: folder)
        #expect(evaluation.status == 0 && evaluation.lines.count < 60, "\(evaluation.text)")
        #expect(evaluation.output.contains("balanced-accuracy") && evaluation.output.contains("macro-f1"))
        let json = try Program.run(["evaluate", "run", "--json"], in: folder)
        let read = try JSONDecoder().decode(Evaluation.self, from: Data(json.output.utf8))
        #expect(read.classes.count == 10_000 && read.confusion.reduce(0) { $0 + $1[2] } == 10_000)
        // Each class has one sample, so the means are equal.
        let balanced = try #require(read.metrics["balanced-accuracy"]).value
        #expect(abs(read.accuracy - balanced) < 1e-9 && json.output.utf8.count < 400_000)

        let report = try Program.run(["report", "run"], in: folder)
        #expect(report.status == 0, "\(report.text)")
        #expect(try folder.bytes("run/report.html").count < 2_000_000)
      }
    }

    @Test func examplesCoverAllClasses() throws {
      try Folder.temporary { folder in
        try write(classes: 8, samples: 400, to: folder["data.npz"])
        try folder.write(recipe(outputs: 8), to: "few.yaml")
        let training = try Program.run(
          ["train", "few.yaml", "epochs=40", "optimizer.learningRate=0.05", "--out", "run"], in: folder)
        #expect(training.output.contains("accuracy 100.0 %"), "\(training.text)")
        let shown = try Program.run(["evaluate", "run", "--show", "8"], in: folder)
        let rows = shown.output.components(separatedBy: "\nright\n").last?.split(separator: "\n").dropFirst().prefix(8)
        let classes = (rows ?? []).map { $0.split(separator: " ")[2] }
        #expect(Set(classes).count == 8, "\(shown.text)")
        let wrong = try Program.run(["evaluate", "run", "--show-wrong"], in: folder)
        #expect(wrong.output.hasSuffix("\nwrong: none\n") && !wrong.output.contains("right:"), "\(wrong.text)")
        // All predictions are right, and the matrix shows them.
        #expect(wrong.output.contains("balanced-accuracy  100.0 %") && wrong.output.contains("actual \\ predicted"))
      }
    }
  }
}
