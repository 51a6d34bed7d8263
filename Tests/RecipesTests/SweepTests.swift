import Diagnostics
import Testing

@testable import Recipes

@Suite struct SweepTests {
  private func axis(_ text: String) throws -> SweepAxis.Values { try SweepAxis(text).values }

  private func plan(_ arguments: String..., random: Int? = nil, seed: UInt64 = 1, halves: Bool = false) throws
    -> SweepPlan
  {
    try SweepPlan(
      source: "temporal-order",
      request: SweepPlan.Request(arguments: arguments, random: random, seed: seed, halves: halves))
  }

  private func failure(_ arguments: String..., random: Int? = nil, halves: Bool = false) throws -> Failure {
    try #require(throws: Failure.self) {
      try SweepPlan(
        source: "temporal-order", request: SweepPlan.Request(arguments: arguments, random: random, halves: halves))
    }
  }

  @Test func valuesAreListsOrRanges() throws {
    #expect(try axis("batch=32") == .list(["32"]))
    #expect(try axis("batch=32,64") == .list(["32", "64"]))
    #expect(try axis("k=[3, 3],[5,5],{a: 1, b: 2}") == .list(["[3, 3]", "[5,5]", "{a: 1, b: 2}"]))
    #expect(try axis("data='a,b',\"c,d\"") == .list(["'a,b'", "\"c,d\""]))
    #expect(try axis("data.path=../photos") == .list(["../photos"]))
    #expect(try axis("data=a..b") == .list(["a..b"]))
    #expect(try axis("seed=1..10") == .range(low: 1, high: 10, isWhole: true, isLogarithmic: false))
    #expect(try axis("x=-3..-1") == .range(low: -3, high: -1, isWhole: true, isLogarithmic: false))
    #expect(try axis("x=0.5..2") == .range(low: 0.5, high: 2, isWhole: false, isLogarithmic: false))
    #expect(try axis("x=1e-4..1E-1:log") == .range(low: 1e-4, high: 0.1, isWhole: false, isLogarithmic: true))
    #expect(try axis("x=.5...75") == .range(low: 0.5, high: 0.75, isWhole: false, isLogarithmic: false))
    #expect(try axis("x=8..512:log") == .range(low: 8, high: 512, isWhole: true, isLogarithmic: true))
  }

  @Test(arguments: [
    ("batch", "is not KEY=VALUES"), ("batch=32,,64", "has an empty value"),
    ("batch=32,64,32", "has the value 32 twice"),
    ("seed=10..1", "has a range from more to less"), ("x=1..2:exp", "has \":exp\" after its range"),
    ("x=0..1:log", "has a logarithmic range from 0"),
  ])
  func impossibleArgumentsAreNamed(text: String, fault: String) throws {
    let failure = try #require(throws: Failure.self) { try SweepAxis(text) }
    #expect(failure.exitCode == .usage && failure.message == "command line: \"\(text)\" \(fault)", "\(failure)")
  }

  @Test func aGridHasAllCombinationsInOrder() throws {
    let plan = try self.plan("epochs=4", "batch=32,64", "seed=1..3")
    #expect(plan.keys == ["batch", "seed"] && plan.variants.map(\.number) == Array(1...6))
    #expect(plan.variants.map { $0.values.joined(separator: " ") } == ["32 1", "32 2", "32 3", "64 1", "64 2", "64 3"])
    #expect(plan.overrides(of: plan.variants[4]) == ["epochs=4", "batch=64", "seed=2"])
    let recipe = try plan.recipe(of: plan.variants[4])
    #expect(recipe.epochs == 4 && recipe.batch == 64 && recipe.seed == 2 && plan.name == "temporal-order")
  }

  @Test(arguments: [
    (
      ["loss=cross-entropy,focal", "monitor=loss"],
      "loss.name is cross-entropy in variant 1, but focal in variant 2, and variants are judged by their loss",
      "accuracy"
    ),
    (
      ["loss.labelSmoothing=0,0.1", "monitor=loss"],
      "loss.labelSmoothing is 0 in variant 1, but 0.1 in variant 2, and variants are judged by their loss", "accuracy"
    ),
    (["loss=mse,l1"], "loss.name is mse in variant 1, but l1 in variant 2, and variants are judged", "rmse"),
    (
      ["monitor=auto,loss"], "variant 1 is judged by its greatest accuracy, but variant 2 by its least loss", "accuracy"
    ),
    (
      ["monitor.direction=auto,least"],
      "variant 1 is judged by its greatest accuracy, but variant 2 by its least accuracy", "accuracy"
    ),
  ]) func numbersThatMeanOtherThingsAreNotCompared(arguments: [String], message: String, metric: String) throws {
    let failure = try #require(throws: Failure.self) {
      try SweepPlan(source: "temporal-order", request: SweepPlan.Request(arguments: arguments))
    }
    #expect(failure.exitCode == .usage && failure.message.hasPrefix(message), "\(failure)")
    #expect(failure.message.hasSuffix(": such numbers do not say which is better"))
    #expect(failure.advice?.hasSuffix("monitor=\(metric)") == true, "\(failure)")
  }

  @Test func numbersOfOtherSamplesAreComparedWithAWarning() throws {
    let levels = try plan("data.level=normal,moderate")
    #expect(levels.comparisonWarning?.hasPrefix("data.level is normal in variant 1, but moderate in variant 2") == true)
    let ignoring = try plan("loss.ignoreIndex=none,2")
    #expect(ignoring.comparisonWarning?.hasPrefix("loss.ignoreIndex is none in variant 1, but 2 in variant 2") == true)
    for plan in [
      try plan("seed=1..3"), try plan("data.epochSize=32,64"), try plan("loss=cross-entropy,focal"),
      try plan("monitor=auto,accuracy"),
    ] {
      #expect(plan.comparisonWarning == nil, "\(plan.keys)")
    }
    let split = try SweepPlan(
      source: "finetune", request: SweepPlan.Request(arguments: ["data.validationShare=0.1", "data.splitSeed=1,2"]))
    #expect(split.comparisonWarning == nil)
  }

  @Test func drawsAreInTheirRangesAndTheSameForASeed() throws {
    let arguments = ("optimizer.learningRate=1e-4..1e-1:log", "batch=8..64:log", "epochs=1..3", "shards=4,8")
    func drawn(_ seed: UInt64) throws -> SweepPlan {
      try self.plan(arguments.0, arguments.1, arguments.2, arguments.3, random: 200, seed: seed)
    }
    let plan = try drawn(1)
    #expect(try plan == drawn(1) && plan.variants.map(\.values) != drawn(2).variants.map(\.values))
    let rates = plan.variants.compactMap { Double($0.values[0]) }
    #expect(rates.count == 200 && rates.allSatisfy { 1e-4...0.1 ~= $0 })
    // Even in the logarithm: a third in each decade.
    #expect((50...85).contains(rates.count { $0 < 1e-3 }) && (50...85).contains(rates.count { $0 > 1e-2 }))
    #expect(plan.variants.allSatisfy { $0.values[0].count <= 9 })
    let batches = plan.variants.compactMap { Int($0.values[1]) }
    #expect(batches.count == 200 && batches.allSatisfy { 8...64 ~= $0 } && batches.count { $0 < 23 } > 60)
    #expect(
      Set(plan.variants.map { $0.values[2] }) == ["1", "2", "3"]
        && Set(plan.variants.map { $0.values[3] }) == ["4", "8"])
    #expect(Set(plan.variants.map(\.values)).count == 200)
  }

  @Test func aSmallSpaceIsDrawnWhole() throws {
    #expect(try Set(plan("seed=1..5", random: 50).variants.map { $0.values[0] }) == ["1", "2", "3", "4", "5"])
  }

  @Test func impossibleSweepsAreRefused() throws {
    #expect(try failure("batch=32").message == "command line: no key has several values")
    #expect(try failure("batch=32,64", "batch=16").message.hasPrefix("command line: batch is given twice"))
    #expect(try failure("dropout=0.1..0.5").message == "command line: \"dropout=0.1..0.5\" has infinitely many values")
    #expect(
      try failure("seed=1..200", "epochs=1..200").message
        == "command line: these values make 40000 variants, more than 10000")
    #expect(
      try failure("evaluate.every=0", "seed=1..4", halves: true).message.hasPrefix("variant 1 has evaluate.every=0"))
    #expect(try failure("epochs=1", "seed=1..4", halves: true).message == "with epochs=1 no variant can end early")
  }

  /// A value that no variant can have is the command's fault; one that only some cannot have is theirs.
  @Test func valuesAreCheckedBeforeAnythingIsTrained() throws {
    #expect(try failure("bacth=32,64").message == "command line: bacth=32: unknown key bacth")
    #expect(try failure("batch=32,many").message.contains("batch=many"))
    #expect(try failure("batch=4,32", "seed=1,2").message.contains("batch"))
    #expect(try failure("optimizer.learningRate=-1..1", random: 9).message.contains("optimizer.learningRate"))
    let plan = try self.plan("batch=8,32", "shards=8,16")
    #expect(plan.variants.count == 4)
    #expect(throws: Failure.self) { try plan.recipe(of: plan.variants[1]) }
  }

  @Test func aPlanIsReadAsItWasWritten() throws {
    let plan = try self.plan("batch=32,64", "seed=1..3", halves: true)
    #expect(try SweepPlan(json: plan.json()) == plan && plan.halvings == 2)
    #expect(SweepPlan(json: "{}") == nil && plan.difference(from: plan) == nil)
    let other = try self.plan("batch=32,16", "seed=1..3", halves: true)
    #expect(plan.difference(from: other) == "batch=32,64 here, but batch=32,16 there")
    #expect(try self.plan("batch=32,64", "seed=1..3").difference(from: plan) == "nothing here, but --halving there")
  }

  @Test func rungsHaveHalfTheVariantsAndTwiceTheEpochs() {
    #expect(Halving.count(variants: 16, epochs: 60) == 4 && Halving.count(variants: 100, epochs: 8) == 3)
    #expect(Halving.count(variants: 5, epochs: 1) == 0 && Halving.count(variants: 2, epochs: 100) == 1)
    #expect((0...4).map { Halving.count(variants: 16, rung: $0) } == [16, 8, 4, 2, 1])
    #expect((0...2).map { Halving.count(variants: 5, rung: $0) } == [5, 3, 2])
    #expect((0...4).map { Halving.epoch(rung: $0, of: 4, epochs: 60, every: 1) } == [4, 8, 15, 30, 60])
    #expect((0...4).map { Halving.epoch(rung: $0, of: 4, epochs: 60, every: 5) } == [5, 10, 15, 30, 60])
    #expect((0...4).map { Halving.epoch(rung: $0, of: 4, epochs: 3, every: 2) } == [2, 2, 2, 2, 3])
  }

  @Test func theBetterHalfGoesOnInAnyOrder() {
    let values: [Double?] = [0.5, 0.9, nil, 0.9, .nan, 0.7, 0.2]
    let standings = values.enumerated().map {
      Halving.Standing(number: $0.offset + 1, value: $0.element, loss: $0.offset == 3 ? 0.1 : 0.2)
    }
    for _ in 0..<20 {
      let shuffled = standings.shuffled()
      #expect(Halving.survivors(shuffled, greatest: true, after: 0, variants: 7) == [1, 2, 4, 6])
      #expect(Halving.survivors(shuffled, greatest: true, after: 1, variants: 7) == [2, 4])
      // Equal values: the loss decides.
      #expect(Halving.survivors(shuffled, greatest: true, after: 2, variants: 7) == [4])
      #expect(Halving.survivors(shuffled, greatest: false, after: 1, variants: 7) == [1, 7])
    }
    let failed = [1, 2].map { Halving.Standing(number: $0, value: nil) }
    #expect(Halving.survivors(failed, greatest: true, after: 0, variants: 2) == [])
    // Without a value the loss decides.
    let undefined = (1...4).map { Halving.Standing(number: $0, value: nil, loss: Double(5 - $0)) }
    #expect(Halving.survivors(undefined + failed, greatest: true, after: 0, variants: 4) == [3, 4])
  }
}
