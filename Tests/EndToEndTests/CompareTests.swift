import Testing

extension EndToEndTests {
  /// Runs side by side on the terminal, and the lines of a training's progress.
  struct CompareTests {
    @Test func runsAreComparedAlsoUnfinishedOnes() throws {
      try Folder.temporary { folder in
        let train = ["train", "temporal-order", "data.testSize=64", "--out"]
        #expect(try Program.run(train + ["runs/a", "epochs=3"], in: folder).status == 0)
        let stopped = try Program.run(train + ["runs/b", "epochs=3", "seed=7", "--minutes", "0.0000001"], in: folder)
        #expect(stopped.status == 75, "\(stopped.text)")
        let ending = try Program.run(["compare", "runs/a", "runs/b/"], in: folder)
        #expect(ending.status == 0 && ending.errors == "", "\(ending.text)")
        #expect(ending.lines[0].wholeMatch(of: /run +a +b/) != nil, "\(ending.text)")
        #expect(ending.lines[1].contains("finished") && ending.lines[1].contains("stopped at step"), "\(ending.text)")
        #expect(ending.lines.contains { $0.wholeMatch(of: /seed +1 +7/) != nil }, "\(ending.text)")
        #expect(ending.lines.contains { $0.hasPrefix("test accuracy, best") }, "\(ending.text)")
        #expect(!ending.output.contains("\u{1B}"))
        let narrow = try Program.run(
          ["compare", "runs/a", "runs/b"], in: folder, environment: ["DPTRAIN_TERMINAL": "60"])
        #expect(narrow.status == 0 && narrow.lines.allSatisfy { $0.count < 60 }, "\(narrow.text)")
      }
    }

    /// A line has the evaluation that follows its step, and the best weights are named even if they are the last.
    @Test func theLinesOfATrainingAreUpToDate() throws {
      try Folder.temporary { folder in
        let ending = try Program.run(
          ["train", "temporal-order", "epochs=10", "data.testSize=64", "data.validationSize=64", "--out", "run"],
          in: folder)
        #expect(ending.status == 0, "\(ending.text)")
        let metrics = try Metrics(run: "run", in: folder)
        let lines = ending.lines.filter { $0.hasPrefix("step ") }
        #expect(lines.count == 10, "\(ending.text)")
        // The last evaluation is that of the test samples.
        for (line, evaluation) in zip(lines, metrics.evaluations) {
          let percent = (evaluation.accuracy * 1000).rounded() / 10
          #expect(line.contains("  validation \(percent) %  "), "epoch \(evaluation.epoch): \(line)")
        }
        let best = try #require(ending.lines.first { $0.hasPrefix("best ") }, "\(ending.text)")
        let least = try #require(metrics.evaluations.dropLast().min { $0.loss < $1.loss })
        #expect(best.contains(least.epoch == 10 ? "after the last step: " : "after epoch \(least.epoch): "), "\(best)")
      }
    }
  }
}
