import Datasets
import Testing

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
