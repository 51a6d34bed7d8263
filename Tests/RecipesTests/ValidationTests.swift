import Datasets
import Testing
import Training

@testable import Recipes

/// Generated sources have separate validation samples; a run without any prints a notice.
@Suite struct ValidationTests {
  private func inputs(_ data: any Dataset) throws -> [Float] {
    let batch = try Batch(for: data, capacity: data.count)
    try Array(0..<data.count).withUnsafeBufferPointer { try data.load(epoch: 0, indices: $0, into: batch) }
    let view = batch.view
    return (0..<view.rows).flatMap { row in (0..<view.columns).map { view.base[row * view.stride + $0] } }
  }

  @Test(arguments: [
    ("temporal-order", "data.validationSize=20", "data.testSize=20"),
    ("echo", "data.validationSize=20", "data.testSize=20"),
    ("echo-binary", "data.validationChunks=5", "data.testChunks=5"),
  ])
  func generatedValidationSamplesAreNeitherTrainedOnNorTestedOn(name: String, validation: String, test: String) throws {
    let plain = try Recipe.load(name, overrides: [test]).makeSplits()
    #expect(plain.validation == nil)
    let splits = try Recipe.load(name, overrides: [validation, test]).makeSplits()
    let (own, last) = (try #require(splits.validation), try #require(splits.test))
    #expect(own.count == last.count && own.inputShape == last.inputShape && own.hasLengths == last.hasLengths)
    let samples = try inputs(own)
    #expect(try samples == inputs(own))
    #expect(try samples != inputs(last))
    let (training, before) = (try inputs(splits.training), try inputs(plain.training))
    #expect(training == before, "the training samples stay what they were")
    #expect(samples != Array(training.prefix(samples.count)))
    #expect(try inputs(last) == inputs(try #require(plain.test)))
  }

  @Test(arguments: ["stop=5", "restoreBest=true"])
  func whatValidationSamplesDecideNeedsThem(word: String) throws {
    func warnings(_ words: String...) throws -> [String] {
      let recipe = try Recipe.load("temporal-order", overrides: [word] + words)
      return try recipe.trainingWarnings(of: try recipe.makeExperiment())
    }
    let (key, deed) =
      word.hasPrefix("stop") ? ("stop", "ends training early") : ("restoreBest", "takes the best weights")
    #expect(
      throws: wrong(
        "command line: \(word): \(key) \(deed) by the validation samples, but there are none",
        "data.validationSize=1000 generates some; test samples must not decide")
    ) { try warnings() }
    #expect(
      throws: wrong(
        "command line: \(word): \(key) \(deed) by evaluations in the course of training, but evaluate.every is 0",
        "evaluate.every=1 measures after each epoch")
    ) { try warnings("data.validationSize=10", "evaluate.every=0") }
    #expect(try warnings("data.validationSize=10") == [])
  }

  @Test func theMonitorIsAMetric() throws {
    func monitor(_ words: String...) throws -> Monitor {
      try Recipe.load("temporal-order", overrides: words).monitor.monitor
    }
    #expect(try monitor() == Monitor())
    #expect(try monitor("monitor=loss") == Monitor(metric: "loss"))
    #expect(
      try monitor("monitor.metric=accuracy", "monitor.direction=least")
        == Monitor(metric: "accuracy", direction: .least))
    #expect(
      throws: wrong(
        "command line: monitor=acc: monitor.metric cannot be \"acc\"", "did you mean accuracy?")
    ) { try monitor("monitor=acc") }
  }

  @Test func aPlateauNamesTheObservedLoss() throws {
    func notices(_ words: String...) throws -> [String] {
      let recipe = try Recipe.load("temporal-order", overrides: words)
      return recipe.validationNotices(try recipe.makeExperiment())
    }
    #expect(try notices() == [])
    #expect(
      try notices("schedule.name=plateau") == [
        "schedule plateau watches the training loss, since there are no validation samples; data.validationSize=1000 "
          + "generates some"
      ])
    #expect(try notices("schedule.name=plateau", "data.validationSize=10") == [])
    #expect(
      try notices("schedule.name=plateau", "data.validationSize=10", "evaluate.every=0") == [
        "schedule plateau watches the training loss, since evaluate.every is 0; evaluate.every=1 measures on the "
          + "validation samples after each epoch"
      ])
  }
}
