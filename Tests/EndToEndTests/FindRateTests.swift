import Foundation
import Testing

extension EndToEndTests {
  /// The learning-rate range test.
  struct FindRateTests {
    private struct Result: Decodable, Equatable {
      let recipe: String
      let learningRate, suggestion, lowestLossRate, divergence: Double?
      let rates, losses, smoothed: [Double]
    }

    private let quick = ["find-rate", "temporal-order", "--from", "1e-4", "--steps", "200"]

    private func find(_ arguments: [String], ranks: Int? = nil) throws -> Result {
      try Folder.temporary { folder in
        let ending = try Program.run(quick + ["--json"] + arguments, ranks: ranks, in: folder)
        #expect(ending.status == 0 && ending.errors == "", "\(ending.text)")
        return try JSONDecoder().decode(Result.self, from: Data(ending.output.utf8))
      }
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func aTestHasTheSameBitsOnAnyNumberOfRanks() throws {
      let alone = try find([])
      #expect(alone.recipe == "temporal-order" && alone.rates.count == alone.losses.count && alone.rates.count > 30)
      for ranks in [1, 2, 3] { #expect(try find([], ranks: ranks) == alone, "\(ranks) ranks") }
    }

    @Test func aTestIsATableAPlotAndFiles() throws {
      try Folder.temporary { folder in
        let ending = try Program.run(quick + ["--out", "rates"], in: folder)
        #expect(ending.status == 0 && ending.errors == "", "\(ending.text)")
        #expect(ending.lines[0].hasPrefix("temporal-order, rmsprop: ") && ending.output.contains("└"), "\(ending.text)")
        let line = try #require(ending.lines.first { $0.hasPrefix("optimizer.learningRate=") }, "\(ending.text)")
        let names = ["rates.csv", "rates.html", "rates.svg"]
        #expect(try folder.contents() == ["rates"] + names.map { "rates/\($0)" })
        for name in names { #expect(ending.lines.contains("rates/\(name)")) }
        let rows = try folder.text("rates/rates.csv").split(separator: "\n")
        #expect(rows[0] == "step,rate,loss,smoothedLoss" && rows[1].hasPrefix("1,") && rows.count > 31)
        #expect(try folder.text("rates/rates.svg").hasSuffix("</svg>\n"))
        #expect(try folder.text("rates/rates.html").contains(line))
        // The line is a key of the recipe as it is.
        let training = try Program.run(
          ["train", "temporal-order", String(line), "steps=1", "--out", "run"], in: folder)
        #expect(training.status == 0, "\(training.text)")
      }
    }

    /// With `scaleWithBatch` the rate of a step is not the key's.
    @Test func theSuggestionIsForTheKeyOfTheRecipe() throws {
      let (plain, scaled) = (try find([]), try find(["schedule.scaleWithBatch=8"]))
      #expect(plain.losses == scaled.losses && plain.suggestion == scaled.suggestion)
      let (one, four) = (try #require(plain.learningRate), try #require(scaled.learningRate))
      #expect((one / four - 4).magnitude < 0.3, "\(one), \(four)")
    }

    /// Neither a run nor the weights that the test starts from are changed.
    /// The test does not use the recipe's own rate, so that this may be anything.
    @Test func theSuggestionDoesNotDependOnTheRecipesRate() throws {
      let result = try find([])
      for rate in ["0", "0.5"] { #expect(try find(["optimizer.learningRate=\(rate)"]) == result, "\(rate)") }
    }

    @Test func nothingIsLeftOfTheTest() throws {
      try Folder.temporary { folder in
        let train = ["train", "temporal-order", "epochs=1", "data.testSize=32", "--out"]
        #expect(try Program.run(train + ["run"], in: folder).status == 0)
        let weights = try folder.bytes("run/weights.safetensors")
        let files = try folder.contents()
        let ending = try Program.run(
          quick + ["model.weights=run/weights.safetensors", "--out", "rates"], in: folder)
        #expect(ending.status == 0, "\(ending.text)")
        #expect(try folder.bytes("run/weights.safetensors") == weights)
        #expect(try folder.contents().filter { !$0.hasPrefix("rates") } == files)
        #expect(try Program.run(train + ["again"], in: folder).status == 0)
        #expect(try folder.bytes("again/weights.safetensors") == weights)
      }
    }
  }
}
