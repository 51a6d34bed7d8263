import Collectives
import Recipes
import Testing
import Training

@Suite struct LossSpikeTests {
  private let rule = LossSpikeRule()

  @Test func aCurveThatFallsHasNoSpikes() {
    let noise = [0.01, -0.02, 0.015, 0, -0.01]
    #expect(rule.spikes(in: (0..<60).map { 1.4 - 0.02 * Double($0) + noise[$0 % 5] }).isEmpty)
    #expect(rule.spikes(in: []).isEmpty)
    #expect(rule.spikes(in: [1, 2, 3]).isEmpty)
  }

  @Test func stretchesAboveTheThresholdAreSpikes() {
    var losses = [Double](repeating: 0.5, count: 50)
    losses[0] = 1
    // A tenth of the first loss must be exceeded: 0.6.
    losses[20] = 0.6
    losses[30...32] = [0.9, 2.5, 0.7]
    losses[49] = 0.61
    let spikes = rule.spikes(in: losses)
    #expect(spikes.map(\.range) == [30..<33, 49..<50] && spikes.map(\.peak) == [2.5, 0.61])
  }

  @Test func aNoisyCurveNeedsLargerRises() {
    // The nine points before have the median 0.5 and the deviation 0.1: 0.6 more is asked for, or 1.2.
    var losses = (0..<40).map { [0.4, 0.5, 0.6][$0 % 3] }
    losses[21] = 1.5
    losses[35] = 3
    let wide = LossSpikeRule()
    #expect(wide.spikes(in: losses).map(\.range) == [21..<22, 35..<36])
    var strict = wide
    strict.factor = 12
    #expect(strict.spikes(in: losses).map(\.range) == [35..<36])
  }

  @Test func whatIsNoNumberIsASpike() {
    var losses = [Double](repeating: 0.5, count: 20)
    losses[12] = .nan
    #expect(rule.spikes(in: losses).map(\.range) == [12..<13])
    losses[0...] = [Double](repeating: .nan, count: 20)[...]
    #expect(rule.spikes(in: losses).count <= 1)
  }

  /// The mean loss of each epoch of a built-in recipe.
  private func curve(of name: String) throws -> [Double] {
    let experiment = try Recipe.load(name, overrides: ["evaluate.every=0", "data.testSize=32"]).makeExperiment()
    let recorder = Recorder()
    _ = try Trainer(
      experiment, workspace: experiment.makeWorkspace(communicator: SoloCommunicator()), observers: [recorder]
    ).run()
    let perEpoch = experiment.settings.stepsPerEpoch(samples: experiment.data.training.count)
    return stride(from: 0, to: recorder.steps.count, by: perEpoch).map { first in
      recorder.steps[first..<first + perEpoch].reduce(0) { $0 + $1.loss } / Double(perEpoch)
    }
  }

  @Test func theRecipesHaveSpikesAndNone() throws {
    let spiky = try curve(of: "temporal-order-spikes")
    #expect(spiky.count == 100 && rule.spikes(in: spiky).count == 3)
    let calm = try curve(of: "temporal-order-no-spikes")
    #expect(rule.spikes(in: calm).isEmpty && calm[99] < 0.01)
  }

  @Test(arguments: 1...5)
  func trainingBeginsAtTheLogOfFourAndAQuarter(seed: Int) throws {
    let experiment = try Recipe.load("temporal-order-spikes", overrides: ["steps=0", "seed=\(seed)"]).makeExperiment()
    let recorder = Recorder()
    _ = try Trainer(
      experiment, workspace: experiment.makeWorkspace(communicator: SoloCommunicator()), observers: [recorder]
    ).run()
    let before = try #require(recorder.evaluations.first)
    #expect((before.loss - 1.3863).magnitude < 0.05 && ((before.accuracy ?? 0) - 0.25).magnitude < 0.03)
  }

  @Test func theTwoRecipesDifferInTheTrainingAlone() throws {
    var recipes = try ["temporal-order-spikes", "temporal-order-no-spikes"].map { try Recipe.load($0) }
    #expect(recipes[0].optimizer != recipes[1].optimizer)
    for index in recipes.indices {
      recipes[index].name = ""
      recipes[index].optimizer = Recipe().optimizer
      recipes[index].schedule = Recipe().schedule
    }
    #expect(recipes[0] == recipes[1])
  }
}
