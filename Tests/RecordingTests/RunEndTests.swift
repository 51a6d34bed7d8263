import Foundation
import Testing
import Training

@testable import Recording

/// What a run's files say about an early end, the best weights, and shortened gradients.
@Suite struct RunEndTests {
  @Test func anEarlyEndIsTheLastLine() throws {
    try withRunFolder { folder in
      // The first loss is the greatest.
      let run = Run(
        overrides: [
          "epochs=9", "data.validationSize=40", "monitor={metric: loss, direction: greatest}", "stop=2",
          "restoreBest=true", "outliers={limit: 1.01, window: 5}",
        ], ranks: 2)
      let outcome = try run.train(into: folder)
      let all = try lines(folder.metrics)
      let end = try JSONDecoder().decode(RunEnd.self, from: Data(try #require(all.last).utf8))
      #expect(end.event == "end" && end.step == 93 && end.epoch == 3)
      #expect(end.metric == "loss" && end.evaluations == 2 && end.bestEpoch == 1 && end.weightsEpoch == 1)
      #expect(end.best == outcome.evaluations[0].loss)
      #expect(
        end.reason == "early, after epoch 3: validation loss last improved after epoch 1, to "
          + "\(Format.loss(outcome.evaluations[0].loss)), and not in the 2 evaluations since (stop.patience)")
      #expect(end.weights == "the best weights on the validation samples, of epoch 1")
      #expect(end.restored == "best, of epoch 1, restored")
      #expect(all[all.count - 2].contains(#""split":"test","step":31"#), "the test samples are measured with the best")
      let counts = outcome.steps.map { $0.shortenedSteps ?? -1 }
      #expect(all.filter { $0.contains(#""event":"step""#) }.count == 93 && (counts.last ?? 0) > 10)
      for (line, count) in zip(all, counts.prefix(31)) { #expect(line.contains(#","shortenedSteps":\#(count),"#)) }
      let rows = try lines(folder.epochs)
      #expect(rows.count == 4, "a row for each epoch")
      // A run that is complete is not trained on, and its files stay what they were.
      _ = try run.train(into: folder)
      #expect(try lines(folder.metrics) == all && lines(folder.epochs) == rows)
    }
  }

  @Test func theReasonIsOneSentenceWithAllNumbers() throws {
    func reason(_ numbers: String) throws -> String? {
      let text = #"{"event":"end","step":93,"epoch":3,"evaluations":1\#(numbers)}"#
      return try JSONDecoder().decode(RunEnd.self, from: Data(text.utf8)).reason
    }
    #expect(
      try reason(#","metric":"accuracy","best":0.985,"bestEpoch":2,"minimum":0.001"#)
        == "early, after epoch 3: validation accuracy last improved by more than 0.001 after epoch 2, to 98.5 %, and not "
        + "in the 1 evaluation since (stop.patience)")
    #expect(
      try reason(#","metric":"roc-auc""#)
        == "early, after epoch 3: validation roc-auc had no finite value in 1 evaluation (stop.patience)")
    #expect(try reason("") == nil)
  }

  @Test func aRunThatEndsAsPlannedHasNoSuchLine() throws {
    try withRunFolder { folder in
      _ = try Run(overrides: ["epochs=1", "data.validationSize=40", "stop=5"]).train(into: folder)
      #expect(try lines(folder.metrics).allSatisfy { !$0.contains(#""event":"end""#) && !$0.contains("shortened") })
    }
  }

  /// A watch shows what the training's own lines show.
  @Test func watchingShowsTheMetricThatJudges() throws {
    try withRunFolder { folder in
      let run = Run(overrides: ["epochs=1", "data.validationSize=40", "monitor=macro-f1"])
      let evaluation = try #require(try run.train(into: folder).evaluations.first)
      try #"""
      {"version":"1","started":"2026-01-01T00:00:00Z","command":["dp-train"],"ranks":1,"hosts":["a"],"mpi":"none",
      "instructionSet":"avx2","system":"Linux","processors":2,"machines":1,
      "course":{"steps":31,"epochs":1,"samplesPerStep":32,"monitor":"macro-f1"}}
      """#.write(toFile: folder.environment, atomically: true, encoding: .utf8)
      let first = try lines(folder.metrics).filter { !$0.contains(#""split":"test""#) }
      try (first.joined(separator: "\n") + "\n").write(toFile: folder.metrics, atomically: true, encoding: .utf8)
      let value = try #require(evaluation.value(of: "macro-f1"))
      let news = try RunWatch(folder, width: nil).news()
      #expect(news.contains(", macro-f1 \(Format.percent(value))  "), "\(news)")
    }
  }

  @Test func watchingEndsWithAnEarlyEnd() throws {
    try withRunFolder { folder in
      try #"""
      {"version":"1","started":"2026-01-01T00:00:00Z","command":["dp-train"],"ranks":1,"hosts":["a"],"mpi":"none",
      "instructionSet":"avx2","system":"Linux","processors":2,"machines":1,
      "course":{"steps":62,"epochs":2,"samplesPerStep":32}}
      """#.write(toFile: folder.environment, atomically: true, encoding: .utf8)
      let step = #"{"epoch":1,"event":"step","loss":1.5,"samplesPerSecond":1e5,"step":31,"waitingSeconds":0}"# + "\n"
      let end = #"{"epoch":1,"event":"end","evaluations":1,"metric":"loss","step":31}"# + "\n"
      let nothing = step.replacing("1.5", with: "null")
      try "".write(toFile: folder.weights, atomically: true, encoding: .utf8)
      for (text, isComplete) in [(step, false), (nothing, false), (step + end, true)] {
        try text.write(toFile: folder.metrics, atomically: true, encoding: .utf8)
        let watch = try RunWatch(folder, width: nil)
        #expect(watch.news().hasPrefix("step 31/62") && watch.isComplete == isComplete)
      }
    }
  }
}
