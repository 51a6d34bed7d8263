import Collectives
import Foundation
import Optimizers
import Testing

@testable import Training

/// Gradients that are much longer than usual are shortened.
@Suite struct OutlierTests {
  /// The norms that gradients get, one after the other.
  private func shortened(_ norms: [Double], _ rule: OutlierRule) -> [Double] {
    var search = GradientShortening(rule)
    return norms.map { search.add($0, rule) ?? $0 }
  }

  @Test func onlyLongGradientsAreShortened() {
    let rule = OutlierRule(limit: 5, window: 20)
    let usual = (0..<10).map { 1 + Double($0 % 3) / 10 }
    #expect(shortened(usual + [5, 6, 1000, 1], rule) == usual + [5, 5.5, 5.5, 1], "the median is 1.1")
    #expect(shortened([1000, 1, 1, 1, 1000], rule) == [1000, 1, 1, 1, 1000], "too few to compare with")
    #expect(shortened(Array(repeating: 0, count: 12) + [1], rule).last == 1, "nothing is usual yet")
  }

  /// A lasting rise is usual after half a window.
  @Test func aLastingRiseBecomesUsual() {
    let rule = OutlierRule(limit: 2, window: 10)
    let norms = shortened(Array(repeating: 1, count: 10) + Array(repeating: 8, count: 10), rule)
    #expect(norms == Array(repeating: 1, count: 10) + Array(repeating: 2, count: 5) + Array(repeating: 8, count: 5))
  }

  /// A search goes on from what a checkpoint keeps of it.
  @Test func aSearchSurvivesWritingAndReading() throws {
    let rule = OutlierRule(limit: 1.2, window: 4)
    let norms = (0..<40).map { 1 + Double($0 * 7 % 5) * 0.3 }
    var search = GradientShortening(rule)
    for norm in norms {
      var read = try JSONDecoder().decode(GradientShortening.self, from: JSONEncoder().encode(search))
      #expect(read == search.copy)
      let (other, own) = (read.add(norm, rule), search.add(norm, rule))
      #expect(other == own && read.count == search.count)
    }
    #expect(search.count > 5)
  }

  private var small: SmallExperiment {
    var small = SmallExperiment(epochs: 4)
    small.optimizer = { try SGD(count: $0.valueCount) }
    small.outliers = OutlierRule(limit: 1, window: 3)
    return small
  }

  /// All numbers of ranks shorten the same gradients to the same bits, also if each updates a part of the weights.
  @Test func allRanksShortenTheSame() throws {
    var small = small
    let whole = try small.train(ranks: 1)
    var plain = small
    plain.outliers = nil
    #expect(try plain.train(ranks: 1).weights != whole.weights)
    for sharding in [OptimizerSharding.always, .never] {
      small.optimizerSharding = sharding
      for ranks in [2, 3, 8] {
        let other = try small.train(ranks: ranks)
        #expect(other.weights == whole.weights && other.norms == whole.norms, "\(ranks) ranks")
      }
    }
  }

  /// The report has the norm before shortening, and the number of shortened gradients so far.
  @Test func theReportCountsShortenedGradients() throws {
    let experiment = try small.make()
    let recorder = Recorder()
    let summary = try Trainer(
      experiment, workspace: small.workspace(experiment, SoloCommunicator()), observers: [recorder]
    ).run()
    let norms = recorder.steps.map(\.gradientNorm)
    let rule = OutlierRule(limit: 1, window: 3)
    var search = GradientShortening(rule)
    let counts = norms.map { norm -> Int? in
      _ = search.add(norm, rule)
      return search.count
    }
    #expect(recorder.steps.map(\.shortenedSteps) == counts)
    #expect(summary.shortenedSteps == search.count && search.count > 2)
    let plain = try SmallExperiment().make()
    let other = try Trainer(
      plain, workspace: SmallExperiment().workspace(plain, SoloCommunicator()), observers: []
    ).run()
    #expect(other.shortenedSteps == nil)
  }
}
