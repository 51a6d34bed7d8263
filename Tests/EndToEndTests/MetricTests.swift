import Formats
import Foundation
import TestSupport
import Testing

extension EndToEndTests {
  /// Metrics of whole trainings: the same on any number of ranks, in every file, and readable if they are not defined.
  struct MetricTests {
    /// A task with its recipe's key for the loss, and its targets.
    enum Task: CaseIterable {
      case twoClasses, classes, event, events, numbers

      var loss: String {
        switch self {
        case .twoClasses, .classes: "cross-entropy"
        case .event, .events: "binary-cross-entropy"
        case .numbers: "mse"
        }
      }

      var outputs: Int {
        switch self {
        case .twoClasses, .numbers: 2
        case .classes, .events: 4
        case .event: 1
        }
      }

      /// A metric that is not one of the usual ones.
      var rare: String {
        switch self {
        case .twoClasses, .classes, .event: "kappa"
        case .events: "calibration-error"
        case .numbers: "rmse"
        }
      }

      /// The third class and the third event never occur.
      func targets(_ samples: Int, using random: inout TestRandom) -> NPYArray {
        switch self {
        case .twoClasses, .classes:
          NPYArray(
            shape: [samples],
            int32s: (0..<samples).map { _ in
              let drawn = Int32.random(in: 0..<Int32(outputs), using: &random)
              return drawn == 2 ? 3 : drawn
            })
        case .event, .events:
          NPYArray(
            shape: [samples, outputs],
            floats: (0..<samples * outputs).map { $0 % outputs != 2 && Bool.random(using: &random) ? 1 : 0 })
        case .numbers: NPYArray(shape: [samples, outputs], floats: random.floats(samples * outputs))
        }
      }
    }

    /// 67 samples: two batches of 32 and one of 3, which leaves five of eight shards empty.
    private func write(_ task: Task, to folder: Folder) throws {
      var random = TestRandom(9)
      let count = 67
      for part in ["train", "validation"] {
        try NPZArchive.write(
          [
            ("x", NPYArray(shape: [count, 5], floats: random.floats(count * 5))),
            ("y", task.targets(count, using: &random)),
          ], to: folder["\(part).npz"])
      }
      try folder.write(
        """
        epochs: 2
        data: {source: numpy, train: train.npz, validation: validation.npz}
        loss: \(task.loss)
        evaluate: {metrics: [all]}
        monitor: \(task.rare)
        model:
          layers:
            - linear: {outputs: \(task.outputs)}
        """, to: "recipe.yaml")
    }

    private func evaluations(_ run: String, in folder: Folder) throws -> [String] {
      try folder.text("\(run)/metrics.jsonl").split(separator: "\n").filter { $0.contains("\"event\":\"evaluation\"") }
        .map(String.init)
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing), arguments: Task.allCases)
    func anyNumberOfRanksMeasuresTheSameBits(task: Task) throws {
      try Folder.temporary { folder in
        try write(task, to: folder)
        let training = try Program.run(["train", "recipe.yaml", "--out", "alone"], in: folder)
        try #require(training.status == 0, "\(training.text)")
        #expect(training.output.contains("\(task.rare) "), "\(training.text)")
        let lines = try evaluations("alone", in: folder)
        #expect(lines.count == 2 && lines.allSatisfy { $0.contains("\"\(task.rare)\":") })
        let command = ["evaluate", "alone", "--on", "validation", "--json", "--resamples", "50"]
        let measured = try Program.run(command, in: folder)
        #expect(measured.output.contains("\"low\":"), "\(measured.text)")
        for ranks in [2, 3, 8] {
          let other = try Program.run(["train", "recipe.yaml", "--out", "on-\(ranks)"], ranks: ranks, in: folder)
          try #require(other.status == 0, "\(other.text)")
          #expect(try evaluations("on-\(ranks)", in: folder) == lines, "\(ranks) ranks")
          #expect(try Program.run(command, ranks: ranks, in: folder).output == measured.output, "\(ranks) ranks")
        }
        let report = try Program.run(["report", "alone"], in: folder)
        #expect(report.status == 0, "\(report.text)")
        #expect(try folder.text("alone/report.html").contains(task.rare))
      }
    }

    @Test func tablesOfEventsHaveEachColumnOnce() throws {
      try Folder.temporary { folder in
        try write(.events, to: folder)
        let training = try Program.run(["train", "recipe.yaml", "--out", "run"], in: folder)
        try #require(training.status == 0, "\(training.text)")
        let measured = try Program.run(["evaluate", "run", "--on", "validation"], in: folder)
        let heading = try #require(measured.output.split(separator: "\n").first { $0.hasPrefix("event ") })
        let columns = heading.split(separator: " ")
        #expect(columns.contains("f1") && Set(columns).count == columns.count, "\(measured.text)")
        let shown = try Program.run(["evaluate", "run", "--on", "validation", "--show", "2"], in: folder)
        #expect(shown.output.hasPrefix(measured.output) && shown.output.contains("several labels"), "\(shown.text)")
        let report = try Program.run(["report", "run"], in: folder)
        #expect(report.status == 0, "\(report.text)")
        #expect(try folder.text("run/report.html").contains("event of the validation samples"))
      }
    }

    /// One class alone: the area under the curve is not defined, and no file breaks.
    @Test func metricsThatAreNotDefinedAreNullAndEmpty() throws {
      try Folder.temporary { folder in
        try write(.twoClasses, to: folder)
        try writeValidation([Int32](repeating: 1, count: 20), to: folder)
        let training = try Program.run(
          ["train", "recipe.yaml", "monitor=loss", "evaluate.metrics=[roc-auc, macro-f1]", "--out", "run"], in: folder)
        #expect(training.status == 0 && training.output.contains("roc-auc –, macro-f1 "), "\(training.text)")
        for line in try evaluations("run", in: folder) { #expect(line.contains("\"roc-auc\":null,\"macro-f1\":")) }
        let rows = try folder.text("run/metrics.csv").split(separator: "\n").map {
          $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(rows[0].suffix(2) == ["roc-auc", "macro-f1"] && rows[1][rows[1].count - 2].isEmpty)
        let measured = try Program.run(["evaluate", "run", "--on", "validation"], in: folder)
        #expect(measured.output.contains("not defined for these samples"), "\(measured.text)")
        let report = try Program.run(["report", "run"], in: folder)
        #expect(report.status == 0, "\(report.text)")
      }
    }

    /// A part whose labels are all ignored measures nothing, whatever the network's outputs are.
    @Test func aPartWithoutLabelsIsTold() throws {
      try Folder.temporary { folder in
        try write(.twoClasses, to: folder)
        try writeValidation([Int32](repeating: -7, count: 20), to: folder)
        let training = try Program.run(
          ["train", "recipe.yaml", "loss={name: cross-entropy, ignoreIndex: -7}", "monitor=auto", "--out", "run"],
          in: folder)
        let notice =
          "no label of the validation samples counts, so they measure nothing: all are ignored, or have the weight 0"
        #expect(training.status == 0 && training.output.components(separatedBy: notice).count == 2, "\(training.text)")
        #expect(training.output.contains("not kept: validation accuracy and loss were never both finite numbers"))
        #expect(!training.text.contains("too large"), "\(training.text)")
        let measured = try Program.run(["evaluate", "run", "--on", "validation"], in: folder)
        #expect(measured.output.contains("no label counts"), "\(measured.text)")
      }
    }

    /// One class alone has no area under the curve to judge the training by.
    @Test func aMonitoredMetricThatIsNeverDefinedIsTold() throws {
      try Folder.temporary { folder in
        try write(.twoClasses, to: folder)
        try writeValidation([Int32](repeating: 1, count: 20), to: folder)
        let training = try Program.run(
          ["train", "recipe.yaml", "monitor=roc-auc", "stop=2", "epochs=5", "restoreBest=true", "--out", "run"],
          in: folder)
        #expect(training.status == 0, "\(training.text)")
        #expect(
          training.errors.contains(
            "monitor.metric is roc-auc, which needs samples of two classes, but all 20 validation samples are of class 1."
          ),
          "\(training.text)")
        #expect(
          training.output.contains("early, after epoch 2: validation roc-auc had no finite value in 2 evaluations"))
        #expect(training.output.contains("not kept: validation roc-auc and loss were never both finite numbers"))
      }
    }

    private func writeValidation(_ labels: [Int32], to folder: Folder) throws {
      var random = TestRandom(3)
      try NPZArchive.write(
        [
          ("x", NPYArray(shape: [labels.count, 5], floats: random.floats(labels.count * 5))),
          ("y", NPYArray(shape: [labels.count], int32s: labels)),
        ], to: folder["validation.npz"])
    }

    /// Steps and evaluations whose labels are all ignored have no loss and no accuracy. Files say null, and nobody is told that
    /// the outputs are too large.
    @Test func labelsThatDoNotCountGiveNull() throws {
      try Folder.temporary { folder in
        var random = TestRandom(4)
        func write(_ labels: [Int32], to name: String) throws {
          try NPZArchive.write(
            [
              ("x", NPYArray(shape: [labels.count, 3], floats: random.floats(labels.count * 3))),
              ("y", NPYArray(shape: [labels.count], int32s: labels)),
            ], to: folder[name])
        }
        try write([-1, -1, -1, -1, 0, 1, 0, 1], to: "train.npz")
        try write([-1, -1], to: "test.npz")
        try folder.write(
          """
          epochs: 2
          batch: 4
          shards: 2
          data: {source: numpy, train: train.npz, test: test.npz, shuffle: false}
          model: {layers: [linear: {outputs: 2}]}
          loss: {name: cross-entropy, ignoreIndex: -1}
          """, to: "recipe.yaml")
        let training = try Program.run(["train", "recipe.yaml", "--out", "run"], in: folder)
        #expect(training.status == 0 && !training.errors.contains("too large"), "\(training.text)")
        #expect(training.output.contains("no label of 2 samples counts"), "\(training.text)")
        let lines = try folder.text("run/metrics.jsonl").split(separator: "\n")
        let isNull = lines.map { $0.contains("\"accuracy\":null,") && $0.contains("\"loss\":null,") }
        #expect(isNull == [true, false, true, true, false, true] && lines.allSatisfy { !$0.contains("nan") })
        let rows = try folder.text("run/metrics.csv").split(separator: "\n").dropFirst()
        #expect(rows.count == 2 && rows.allSatisfy { $0.contains(",test,,") && !$0.contains("nan") }, "\(rows)")
        let measured = try Program.run(["evaluate", "run", "--json"], in: folder)
        #expect(
          measured.output.contains("\"accuracy\":null,") && measured.output.contains("\"loss\":null,"),
          "\(measured.text)")
        let compared = try Program.run(["compare", "run", "run"], in: folder)
        #expect(compared.status == 0 && !compared.text.contains("nan"), "\(compared.text)")
        let watched = try Program.run(["watch", "run"], in: folder)
        #expect(watched.status == 0 && watched.output.contains("step 4/4"), "\(watched.text)")
        let report = try Program.run(["report", "run"], in: folder)
        #expect(report.status == 0, "\(report.text)")
      }
    }

    /// A training that is stopped and resumed measures as if it had never stopped; the file keeps its columns.
    @Test func aResumedRunMeasuresTheSame() throws {
      try Folder.temporary { folder in
        try write(.classes, to: folder)
        for (out, former) in [("whole", nil), ("parts", "1")] as [(String, String?)] {
          if let former {
            let first = try Program.run(["train", "recipe.yaml", "epochs=\(former)", "--out", out], in: folder)
            #expect(first.status == 0, "\(first.text)")
          }
          let ending = try Program.run(["train", "recipe.yaml", "--resume", "--out", out], in: folder)
          #expect(ending.status == 0, "\(ending.text)")
        }
        #expect(try evaluations("parts", in: folder) == evaluations("whole", in: folder))
        let heads = try ["parts", "whole"].map {
          try folder.text("\($0)/metrics.csv").split(separator: "\n").map { $0.split(separator: ",").count }
        }
        #expect(heads[0] == heads[1])
      }
    }
  }
}
