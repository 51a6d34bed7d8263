import Collectives
import Recipes
import Testing

@testable import Training

@Suite struct LossSpikeTests {
  private let rule = LossSpikeRule()

  @Test func aCurveThatFallsHasNoSpikes() {
    let noise = [0.01, -0.02, 0.015, 0, -0.01]
    #expect(rule.spikes(in: (0..<60).map { 1.4 - 0.02 * Double($0) + noise[$0 % 5] }).isEmpty)
    #expect(rule.spikes(in: []).isEmpty)
    #expect(rule.spikes(in: [3, 2, 1]).isEmpty)
  }

  @Test func aRiseAboveTheLowestIsASpikeFromTheSecondPointToTheLast() {
    // 3.5 % of the first loss.
    #expect(rule.spikes(in: [1, 0.9, 0.934]).isEmpty)
    #expect(rule.spikes(in: [1, 1.05]).map(\.range) == [1..<2])
    let losses = [1, 0.5, 0.6, 2.5, 2.48, 0.7, 0.4, 0.41, 0.45]
    #expect(rule.spikes(in: losses) == [LossSpike(range: 2..<5, peak: 2.5), LossSpike(range: 8..<9, peak: 0.45)])
    // Each of two peaks is a spike, even if the curve does not return to its lowest point between them.
    #expect(rule.spikes(in: [1, 0.5, 0.9, 0.7, 0.8, 0.5]).map(\.range) == [2..<3, 4..<5])
    // Many small rises are one spike if they are visible together.
    #expect(rule.spikes(in: [1, 0.5, 0.51, 0.52, 0.53, 0.54, 0.3]).map(\.range) == [5..<6])
  }

  @Test func aCurveWithoutASpikeNeverRisesByMore() {
    var state: UInt64 = 3
    for _ in 0..<500 {
      let losses = (0..<30).map { place -> Double in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return 1 - 0.02 * Double(place) + 0.08 * Double(state >> 40) / Double(1 << 24)
      }
      var (lowest, rise) = (losses[0], 0.0)
      for loss in losses {
        rise = max(rise, loss - lowest)
        lowest = min(lowest, loss)
      }
      #expect(rule.spikes(in: losses).isEmpty == (rise <= rule.share * losses[0]))
    }
  }

  @Test func nanIsASpike() {
    var losses = [Double](repeating: 0.5, count: 20)
    losses[12] = .nan
    #expect(rule.spikes(in: losses).map(\.range) == [12..<13])
    losses[0...] = [Double](repeating: .nan, count: 20)[...]
    #expect(rule.spikes(in: losses).isEmpty)
  }

  /// The loss curves of a training of a built-in recipe.
  private struct Curves {
    /// The mean loss of each epoch, the test loss after each, and the loss of each step.
    let training, test, steps: [Double]
    let accuracy: Double
  }

  private func curves(of name: String, _ overrides: [String] = []) throws -> Curves {
    let experiment = try Recipe.load(name, overrides: overrides).makeExperiment()
    let recorder = Recorder()
    _ = try Trainer(
      experiment, workspace: experiment.makeWorkspace(communicator: SoloCommunicator()), observers: [recorder]
    ).run()
    let steps = recorder.steps.map(\.loss)
    let perEpoch = experiment.settings.stepsPerEpoch(samples: experiment.data.training.count)
    return Curves(
      training: stride(from: 0, to: steps.count, by: perEpoch).map { first in
        steps[first..<min(first + perEpoch, steps.count)].reduce(0, +) / Double(perEpoch)
      }, test: recorder.evaluations.map(\.loss), steps: steps, accuracy: recorder.evaluations.last?.accuracy ?? 0)
  }

  /// How far a curve rises above its lowest point so far.
  private func rise(_ losses: [Double]) -> Double {
    var (lowest, rise) = (Double.infinity, 0.0)
    for loss in losses {
      lowest = min(lowest, loss)
      rise = max(rise, loss - lowest)
    }
    return rise
  }

  @Test func theSpikyRecipeHasSpikesInBothCurves() throws {
    let curves = try curves(of: "temporal-order-spikes")
    // Epochs 21, 38, 42, 48, 62, 80 and 81, 97 and 98 of training; 21 and 22, 48 of the test.
    #expect(
      rule.spikes(in: curves.training).map(\.range) == [20..<21, 37..<38, 41..<42, 47..<48, 61..<62, 79..<81, 96..<98])
    #expect(rule.spikes(in: curves.test).map(\.range) == [20..<22, 47..<48])
    #expect((curves.steps.max() ?? 0) > 5)
  }

  /// No visible spikes in either curve, no step above the loss of guessing plus the noise of a batch, and everything learned.
  @Test func theOtherRecipeHasNoSpikes() throws {
    let curves = try curves(of: "temporal-order-no-spikes")
    #expect(curves.training.count == curves.test.count)
    for curve in [curves.training, curves.test] {
      #expect(rise(curve) <= 0.05)
      #expect(rule.spikes(in: curve).isEmpty)
    }
    #expect((curves.steps.max() ?? .infinity) <= 1.5)
    #expect(curves.accuracy >= 0.99)
  }

  /// A former version of the recipe with visible kinks in both curves, which the rule must find.
  @Test func visibleSpikesAreFound() throws {
    let optimizer = "optimizer={name: adam, learningRate: 0.003, epsilon: 1.0e-4, clipNorm: 1}"
    let curves = try curves(of: "temporal-order-spikes", [optimizer, "schedule={name: cosine}"])
    #expect(rule.spikes(in: curves.training).map(\.range) == [16..<17])
    #expect(rule.spikes(in: curves.test).map(\.range) == [14..<15, 17..<18])
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
    #expect(!recipes[0].optimizer.isEqual(to: recipes[1].optimizer))
    for index in recipes.indices {
      recipes[index].name = ""
      recipes[index].optimizer = Recipe().optimizer
      recipes[index].schedule = Recipe().schedule
      recipes[index].epochs = Recipe().epochs
      recipes[index].ema = nil
    }
    #expect(recipes[0] == recipes[1])
    let digests = try recipes.map { try $0.makeExperiment().weightsDigest() }
    #expect(digests[0] == digests[1])
    recipes[0].seed = 2
    #expect(try recipes[0].makeExperiment().weightsDigest() != digests[0])
  }
}
