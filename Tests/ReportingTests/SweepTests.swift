import Diagnostics
import Foundation
import Recipes
import Testing

@testable import Recording
@testable import Reporting

@Suite struct SweepTests {
  private func plan(halves: Bool = false) throws -> SweepPlan {
    try SweepPlan(
      source: "temporal-order",
      request: SweepPlan.Request(
        arguments: ["optimizer.learningRate=0.001,0.1", "optimizer=rmsprop,adam", "epochs=4"], halves: halves))
  }

  private func result(_ number: Int, rung: Int = 0, _ value: Double, epochs: Int = 4) -> SweepResult {
    SweepResult(
      number: number, rung: rung, metric: "accuracy", isGreatestBest: true, value: value, measurements: [],
      epochs: epochs, steps: 31 * epochs, seconds: 1)
  }

  @Test func variantsAreSortedByTheMetric() throws {
    var state = SweepState(try plan())
    #expect(!state.isComplete && state.rung?.open == [1, 2, 3, 4])
    state.take([result(3, 0.5), SweepResult(number: 2, rung: 0, failure: "it is, so to say, \"bad\"", seconds: 0)])
    #expect(state.entries.map(\.variant.number) == [3, 1, 4, 2])
    #expect(state.entries.map(\.outcome) == [.finished, .open, .open, .failed])
    state.take([result(1, 0.75), result(4, 0.25)])
    #expect(state.isComplete && state.winner?.variant.number == 1)
    let table = SweepTable(state)
    #expect(table.rows[0] == ["variant", "learningRate", "optimizer", "accuracy", "loss", "epoch", "time", ""])
    #expect(table.rows.map { $0[0] } == ["variant", "1", "3", "4", "2"] && table.rows[1][3] == "75.0 %")
    let lines = table.csv.split(separator: "\n")
    #expect(lines[0].hasPrefix("variant,optimizer.learningRate,optimizer,state,rung,epochs,steps,metric,value,"))
    #expect(lines[1].hasPrefix("1,0.001,rmsprop,finished,1,4,124,accuracy,0.75,"))
    #expect(lines[4].hasSuffix("\"it is, so to say, \"\"bad\"\"\""))
  }

  /// Of equal values the one with the smaller loss is the best, unless the losses differ.
  @Test(arguments: [("optimizer=rmsprop,adam", 2), ("loss=cross-entropy,focal", 1)])
  func aLossThatVariesDecidesNothing(argument: String, best: Int) throws {
    var state = SweepState(
      try SweepPlan(source: "temporal-order", request: SweepPlan.Request(arguments: [argument])))
    state.take(
      try [0.2, 0.1].enumerated().map { place, loss in
        let measured = #"[{"split": "validation", "epoch": 4, "step": 9, "loss": \#(loss)}]"#
        return SweepResult(
          number: place + 1, rung: 0, metric: "accuracy", isGreatestBest: true, value: 0.5,
          measurements: try JSONDecoder().decode([SweepResult.Measurement].self, from: Data(measured.utf8)), epochs: 4,
          steps: 9, seconds: 1)
      })
    #expect(state.winner?.variant.number == best)
  }

  /// The metric that judged is beside the other numbers of the best variant.
  @Test func thePageHasTheMetricOfTheBestVariant() throws {
    let measurements = try JSONDecoder().decode(
      [SweepResult.Measurement].self,
      from: Data(
        """
        [{"split":"validation","epoch":4,"step":124,"loss":0.5,"accuracy":0.8},
        {"split":"test","epoch":4,"step":124,"loss":0.25,"accuracy":0.75}]
        """.utf8))
    for (metric, judged) in [("roc-auc", "roc-auc 0.9000, "), ("loss", ""), ("accuracy", "")] {
      var state = SweepState(try plan())
      state.take([
        SweepResult(
          number: 1, rung: 0, metric: metric, isGreatestBest: true, value: 0.9, measurements: measurements, epochs: 4,
          steps: 124, seconds: 1)
      ])
      let html = try SweepPage(state, folder: SweepFolder(path: "/nowhere")).html()
      #expect(html.contains(">\(judged)accuracy 80.0 %, loss 0.5000, after epoch 4<"), "\(metric)")
      #expect(html.contains(">accuracy 75.0 %, loss 0.2500, after epoch 4<"))
    }
  }

  /// Such as the area under a ROC curve of samples of one class.
  @Test func aMetricWithoutValuesHasNoBestVariant() throws {
    let plan = try self.plan()
    var state = SweepState(plan)
    #expect(state.undefinedMetric == nil)
    for variant in plan.variants {
      state.take([
        SweepResult(
          number: variant.number, rung: 0, metric: "roc-auc", isGreatestBest: true, value: nil, measurements: [],
          epochs: 4, steps: 124, seconds: 1)
      ])
    }
    #expect(state.isComplete && state.winner == nil)
    let text = try #require(state.undefinedMetric)
    #expect(text.hasPrefix("roc-auc is not defined for the samples that variants are compared on"))
    #expect(try SweepPage(state, folder: SweepFolder(path: "/nowhere")).html().contains(text))
  }

  /// The best variant is the luckiest one; its setting has the lower mean.
  @Test func settingsAreComparedByTheirMeansOverSeeds() throws {
    let plan = try SweepPlan(
      source: "temporal-order",
      request: SweepPlan.Request(
        arguments: ["optimizer.learningRate=0.001,0.1", "seed=1..3", "epochs=4"], halves: false))
    var state = SweepState(plan)
    let place = try #require(plan.keys.firstIndex(of: "seed"))
    for variant in plan.variants {
      let isSmall = variant.values.contains("0.001")
      let seed = try #require(Int(variant.values[place]))
      state.take([result(variant.number, isSmall ? [0.9, 0.3, 0.3][seed - 1] : [0.7, 0.6, 0.8][seed - 1])])
    }
    #expect(state.winner?.variant.values.contains("0.001") == true)
    let means = try #require(SweepMeans(state))
    #expect(means.title == "means over seed")
    #expect(
      means.rows == [
        ["learningRate", "variants", "mean accuracy", "deviation"], ["0.1", "3", "70.0 %", "10.0 %"],
        ["0.001", "3", "50.0 %", "34.6 %"],
      ])
    #expect(means.command == "dp-train train temporal-order optimizer.learningRate=0.1 epochs=4")
    #expect(SweepMeans(SweepState(try self.plan())) == nil)
  }

  /// The better half of each rung goes on. The order of the results does not matter.
  @Test func rungsEndWhenAllTheirVariantsHave() throws {
    let plan = try self.plan(halves: true)
    #expect(plan.halvings == 2)
    let first = [
      result(1, 0.1, epochs: 1), result(2, 0.9, epochs: 1), result(3, 0.8, epochs: 1), result(4, 0.2, epochs: 1),
    ]
    for order in [first, first.reversed()] {
      var state = SweepState(plan)
      state.take(Array(order.dropLast()))
      #expect(state.rung?.number == 0 && state.rung?.open.count == 1)
      state.take(order.suffix(1))
      #expect(state.rung?.number == 1 && state.rung?.open == [2, 3])
      state.take([result(3, rung: 1, 0.95, epochs: 2)])
      #expect(state.rung?.open == [2])
      state.take([result(2, rung: 1, 0.94, epochs: 2)])
      #expect(state.rung?.number == 2 && state.rung?.variants == [3])
      #expect(state.entries.map(\.variant.number) == [3, 2, 4, 1])
      #expect(state.entries.map(\.outcome) == [.open, .halved, .halved, .halved])
      state.take([result(3, rung: 2, 0.3)])
      // The one with all its epochs comes first, though others were better before.
      #expect(state.isComplete && state.winner?.variant.number == 3)
    }
  }

  @Test func resultsAreReadOnce() throws {
    let folder = SweepFolder(path: FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path)
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    try folder.create(plan: plan().json())
    var known: Set<String> = []
    try folder.write(result(2, .nan))
    #expect(try folder.readResults(besides: &known).map(\.number) == [2])
    try folder.write(result(1, 0.5))
    #expect(try folder.readResults(besides: &known) == [result(1, 0.5)])
    #expect(
      try folder.readResults(besides: &known).isEmpty && folder.hasResult(1, rung: 0) && !folder.hasResult(1, rung: 1))
    try Data("{".utf8).write(to: URL(filePath: folder.path + "/results/0003-0.json"))
    #expect(throws: Failure.self) { try folder.readResults(besides: &known) }
  }

  @Test func keysHaveTheShortestNamesThatDiffer() {
    let keys = ["optimizer.learningRate", "model.layers.0.lstm.hiddenSize", "model.layers.1.linear.outputs", "seed"]
    #expect(SweepTable.shortNames(keys) == ["learningRate", "hiddenSize", "outputs", "seed"])
    #expect(SweepTable.shortNames(["a.every", "b.every"]) == ["a.every", "b.every"])
  }

  /// Values after one epoch are not drawn beside those after four.
  @Test func variantsAreComparedAfterAsManyEpochs() throws {
    var state = SweepState(try plan(halves: true))
    state.take([0.1, 0.9, 0.8, 0.2].enumerated().map { result($0.offset + 1, $0.element, epochs: 1) })
    state.take([result(2, rung: 1, 0.94, epochs: 2), result(3, rung: 1, 0.95, epochs: 2)])
    state.take([result(3, rung: 2, 0.97)])
    let rungs = SweepRung.all(of: state)
    #expect(rungs.map(\.name) == ["after 1 epoch", "after 2 epochs", "after 4 epochs"])
    #expect(rungs.map { $0.values.map(\.variant.number) } == [[1, 2, 3, 4], [2, 3], [3]])
    let html = try SweepPage(state, folder: SweepFolder(path: "/nowhere")).html()
    let structure = try PageStructure(html)
    #expect(structure.figures.map(\.title) == ["optimizer.learningRate", "optimizer", "Parallel coordinates"])
    // One line is no comparison.
    #expect(structure.figures.map(\.drawings) == [3, 3, 2])
    #expect(html.contains("variant 2: accuracy 90.0 %") && html.contains("variant 2: accuracy 94.0 %"))
    // Without halving there is nothing to choose.
    var plain = SweepState(try plan())
    plain.take((1...4).map { result($0, 0.1 * Double($0)) })
    #expect(SweepRung.all(of: plain).map(\.name) == ["after 4 epochs"])
    #expect(try !SweepPage(plain, folder: SweepFolder(path: "/nowhere")).html().contains("class=\"views\""))
  }

  /// A range that was drawn evenly in the logarithm is drawn so, however short it is.
  @Test func logarithmicRangesHaveLogarithmicAxes() throws {
    let drawn = try SweepPlan(
      source: "temporal-order",
      request: SweepPlan.Request(
        arguments: ["optimizer.learningRate=1e-3..1e-2:log", "model.layers.0.lstm.hiddenSize=2..20"], random: 8,
        halves: false))
    #expect(drawn.isLogarithmic("optimizer.learningRate") && !drawn.isLogarithmic("model.layers.0.lstm.hiddenSize"))
    func axis(_ isLogarithmic: Bool) -> Axis {
      let points = ["0.001", "0.01"].map { (value: $0, metric: 0.5, text: "") }
      return KeyPlot(key: "rate", isLogarithmic: isLogarithmic, metric: "accuracy", points: points).chart.x
    }
    #expect(axis(true).isLogarithmic && !axis(false).isLogarithmic)
  }

  @Test func thePageHasEachKeyAndAllCurves() throws {
    let folder = SweepFolder(path: FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path)
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let plan = try self.plan()
    try folder.create(plan: plan.json())
    for number in 1...4 {
      try FileManager.default.createDirectory(atPath: folder.run(number).path, withIntermediateDirectories: true)
      try folder.write(
        "epoch,evaluationLoss,evaluationAccuracy\n1,1.4,0.2\n2,\(number),0.\(number)\n", to: folder.run(number).epochs)
      try folder.write("seed: \(number) # <best>\n", to: folder.run(number).recipe)
    }
    var state = SweepState(plan)
    state.take((1...4).map { result($0, 0.1 * Double($0)) })
    let html = try SweepPage(state, folder: folder).html()
    let structure = try PageStructure(html)
    #expect(["best", "variants", "each-key", "all-keys", "curves"].allSatisfy(structure.sections.contains))
    #expect(
      structure.figures.map(\.title) == [
        "optimizer.learningRate", "optimizer", "Parallel coordinates", "Loss by epoch", "Accuracy by epoch",
      ])
    #expect(
      html.contains("seed: 4 # &lt;best&gt;")
        && html.contains("dp-train train temporal-order optimizer.learningRate=0.1"))
  }
}
