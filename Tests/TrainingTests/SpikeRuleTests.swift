import Foundation
import Testing

@testable import Training

@Suite struct SpikeRuleTests {
  @Test func theWindowHasTheMedianOfItsLastValues() {
    var window = SortedWindow(size: 5)
    var values: [Double] = []
    var state: UInt64 = 9
    for _ in 0..<200 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      values.append(Double(state >> 60))
      window.append(values[values.count - 1])
      let sorted = values.suffix(5).sorted()
      let median = sorted[sorted.count / 2]
      #expect(window.isFull == (values.count >= 5) && window.median == median)
      #expect(window.medianDeviation == sorted.map { abs($0 - median) }.sorted()[sorted.count / 2])
    }
  }

  @Test func batchesMayDifferButNotByTenDeviations() {
    let rule = StepSpikeRule()
    // Deviation 0.1 around 1: a spike is above 2.
    var losses = (0..<200).map { [0.9, 1, 1.1, 1][$0 % 4] }
    losses[120] = 1.9
    losses[150] = 2.2
    losses[151] = 3
    #expect(rule.spikes(in: losses) == [LossSpike(range: 150..<152, peak: 3)])
    losses[20] = 50
    losses[5] = 50
    // The first ten steps define the usual losses.
    #expect(rule.spikes(in: losses).map(\.range) == [20..<21, 150..<152])
  }

  @Test func anUnfinishedSpikeCounts() {
    let losses = (0..<300).map { $0 < 100 ? 1.0 : 4 }
    #expect(StepSpikeRule().spikes(in: losses) == [LossSpike(range: 100..<300, peak: 4)])
  }

  @Test func unusualNormsAreTenTimesTheUsual() {
    let rule = GradientOutlierRule()
    var norms = (0..<200).map { 0.01 * [0.9, 1, 1.1, 1][$0 % 4] }
    norms[100] = 0.09
    norms[140] = 0.2
    norms[20] = 0.3
    norms[3] = 7
    norms[30] = .infinity
    #expect(rule.outliers(in: norms) == [20, 30, 140])
    // If norms always spread over two orders of magnitude, a factor of ten is usual.
    #expect(rule.outliers(in: (0..<200).map { pow(10, Double($0 % 5) / 2) }).isEmpty)
  }

  @Test func aLongCurveTakesLittleTime() {
    let losses = (0..<200_000).map { 1 + 0.1 * Double($0 % 7) }
    let start = Date()
    #expect(StepSpikeRule().spikes(in: losses).isEmpty)
    #expect(Date().timeIntervalSince(start) < 2)
  }
}
