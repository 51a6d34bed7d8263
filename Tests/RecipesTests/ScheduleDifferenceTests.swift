import Diagnostics
import Testing

@testable import Recipes

/// A longer run keeps the rates of its former steps, or is refused.
@Suite struct ScheduleDifferenceTests {
  /// 32 samples a step, 31 steps an epoch.
  private func change(_ schedule: String, _ before: [String], _ after: [String], done: Int) throws
    -> ScheduleDifference?
  {
    func recipe(_ words: [String]) throws -> Recipe {
      try Recipe.parse(smallest + "schedule: \(schedule)\n", file: "recipe.yaml", overrides: words)
    }
    let (former, own) = (try recipe(before), try recipe(after))
    #expect(own.firstDifference(from: former) == nil)
    let settings = try Recipe.load("temporal-order").makeExperiment().settings
    return own.firstChangedRate(from: former, done: done, settings: settings, samples: 992)
  }

  @Test func whatOnlyTakesMemoryMayChange() throws {
    func recipe(_ overrides: String...) throws -> Recipe {
      try Recipe.parse(smallest, file: "recipe.yaml", overrides: overrides)
    }
    #expect(try recipe("model.frozenCache=0").firstDifference(from: recipe()) == nil)
    #expect(try recipe("model.convolution=direct").firstDifference(from: recipe())?.key == "model.convolution")
  }

  @Test(arguments: ["cosine", "one-cycle", "polynomial"])
  func aScheduleOverTheWholeRunChanges(name: String) throws {
    let schedule = "{name: \(name)}"
    let found = try #require(try change(schedule, ["epochs=2"], ["epochs=4"], done: 62))
    #expect(found.length == "62 steps" && found.former != found.own)
    #expect(found.step == 2, "each course begins alike")
    #expect(found.last < 3e-5 && found.next > 2e-4, "the rate would jump")
    #expect(try change(schedule, ["epochs=2"], ["epochs=2"], done: 62) == nil)
    #expect(try change(schedule, ["epochs=2"], ["epochs=4"], done: 0) == nil, "nothing is done yet")
    #expect(try change(schedule, ["epochs=2"], ["epochs=4", "schedule.length=62 steps"], done: 62) == nil)
    let limited = try #require(try change(schedule, ["steps=20"], ["steps=40"], done: 20))
    #expect(limited.length == "20 steps")
    let long = try #require(
      try change(schedule, ["schedule.length=3 epochs"], ["schedule.length=4 epochs"], done: 20))
    #expect(long.length == "3 epochs")
  }

  @Test(arguments: ["constant", "step", "plateau"])
  func aScheduleIndependentOfTheLengthContinues(name: String) throws {
    #expect(try change("{name: \(name)}", ["epochs=2"], ["epochs=4"], done: 62) == nil)
    #expect(try change("{name: \(name), warmup: 1 epoch}", ["epochs=2"], ["steps=100"], done: 62) == nil)
  }
}
