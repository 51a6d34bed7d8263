import Foundation
import Testing

extension EndToEndTests {
  /// Outputs that are no classes are named as the data names them.
  struct OutputNameTests {
    private func write(to folder: Folder) throws {
      let rows = (0..<40).map { "\($0 % 7),\($0 % 5),\($0 % 2),\($0 % 3 == 0 ? 1 : 0)" }
      try folder.write("p,q,rain,snow\n" + rows.joined(separator: "\n") + "\n", to: "table.csv")
      for (name, loss) in [("events", "binary-cross-entropy"), ("numbers", "mse")] {
        try folder.write(
          """
          epochs: 2
          loss: \(loss)
          data: {source: csv, train: table.csv, targets: [rain, snow], testShare: 0.25}
          model: {layers: [linear: {outputs: 2}]}

          """, to: "\(name).yaml")
      }
    }

    private struct Evaluation: Decodable {
      let outputs: [String]
    }

    private struct Prediction: Decodable {
      let outputs: [Float]
      let named: [String: Float]
    }

    @Test(arguments: ["events", "numbers"])
    func columnsNameOutputs(recipe: String) throws {
      try Folder.temporary { folder in
        try write(to: folder)
        func run(_ arguments: String...) throws -> String {
          let ending = try Program.run(arguments, in: folder)
          #expect(ending.status == 0, "\(ending.text)")
          return ending.output
        }
        func rows(_ text: String) -> [[Substring]] { text.split(separator: "\n").map { $0.split(separator: " ") } }
        _ = try run("train", "\(recipe).yaml", "--out", "run")
        #expect(rows(try run("data", "\(recipe).yaml")).contains { $0.first == "rain" })
        let evaluation = rows(try run("evaluate", "run"))
        #expect(evaluation.contains { $0.first == "rain" } && evaluation.contains { $0.first == "snow" })
        let named = try JSONDecoder().decode(Evaluation.self, from: Data(try run("evaluate", "run", "--json").utf8))
        #expect(named.outputs == ["rain", "snow"])
        #expect(rows(try run("predict", "run", "1,2")).first == ["input", "rain", "snow"])
        let prediction = try JSONDecoder().decode(
          Prediction.self, from: Data(try run("predict", "run", "1,2", "--json").utf8))
        #expect(prediction.named == ["rain": prediction.outputs[0], "snow": prediction.outputs[1]])
        _ = try run("report", "run")
        #expect(try folder.text("run/report.html").contains("<td>snow</td>"))
      }
    }
  }
}
