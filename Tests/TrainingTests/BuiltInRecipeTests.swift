import Collectives
import Recipes
import TestSupport
import Testing
import Training

/// A few steps of every built-in recipe on generated data.
@Suite struct BuiltInRecipeTests {
  private static let names = BuiltInRecipes.all.map(\.name).filter { $0.hasPrefix("temporal") || $0.hasPrefix("echo") }

  private struct Result: Equatable, Sendable {
    let weights: [UInt32]
    let losses, evaluated: [Double]
    let accuracies: [Double?]
  }

  private func train(_ recipe: Recipe, ranks: Int) throws -> Result {
    try ThreadCommunicator.run(ranks: ranks) { communicator -> Result in
      let experiment = try recipe.makeExperiment()
      let recorder = Recorder()
      _ = try Trainer(
        experiment, workspace: experiment.makeWorkspace(communicator: communicator), observers: [recorder]
      ).run()
      return Result(
        weights: try withExtendedLifetime(experiment) { bits(try experiment.model.weights.values.floats) },
        losses: recorder.steps.map(\.loss), evaluated: recorder.evaluations.map(\.loss),
        accuracies: recorder.evaluations.map(\.accuracy))
    }[0]
  }

  @Test(arguments: names)
  func recipesTrainToTheSameBitsOnAnyNumberOfRanks(name: String) throws {
    let size = name == "echo-binary" ? "data.testChunks=3" : "data.testSize=70"
    let recipe = try Recipe.load(name, overrides: ["steps=3", size])
    let alone = try train(recipe, ranks: 1)
    #expect(alone.losses.count == 3 && alone.losses.allSatisfy(\.isFinite) && !alone.evaluated.isEmpty)
    for ranks in [2, 3, 8] { #expect(try train(recipe, ranks: ranks) == alone, "\(ranks) ranks") }
  }

  @Test func theBinaryEchoNeedsTheCarriedState() throws {
    func accuracy(_ overrides: String...) throws -> Double {
      let recipe = try Recipe.load("echo-binary", overrides: ["epochs=3"] + overrides)
      return try #require(try train(recipe, ranks: 2).accuracies.last ?? nil)
    }
    #expect(try accuracy() >= 0.99)
    // Then three of ten bits are guesses, except in the first chunk.
    #expect((0.83...0.87).contains(try accuracy("model.layers.0.gru.stateful=false")))
  }
}
