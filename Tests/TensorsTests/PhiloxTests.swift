import Tensors
import Testing

@Suite struct PhiloxTests {
  /// The known answers that the generator's authors publish with it (Random123, kat_vectors, philox4x32 10).
  @Test func matchesThePublishedAnswers() {
    #expect(
      Philox.block(SIMD4(0, 0, 0, 0), key: SIMD2(0, 0)) == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = UInt32.max
    #expect(
      Philox.block(SIMD4(ones, ones, ones, ones), key: SIMD2(ones, ones))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      Philox.block(
        SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: SIMD2(0xa409_3822, 0x299f_31d0))
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func integersStayInRangeAndCoverIt() {
    let random = Philox(seed: 9, purpose: .trainingData)
    var counts = [Int](repeating: 0, count: 7)
    for sample in 0..<7000 { counts[random.integer(in: 3...9, sample: sample, element: 1) - 3] += 1 }
    #expect(counts.allSatisfy { (850...1150).contains($0) }, "\(counts)")
  }

  @Test func streamsOfDifferentPurposeEpochAndSeedDiffer() {
    let base = Philox(seed: 1, purpose: .trainingData).words(epoch: 1, sample: 1, block: 0)
    #expect(base != Philox(seed: 1, purpose: .testData).words(epoch: 1, sample: 1, block: 0))
    #expect(base != Philox(seed: 2, purpose: .trainingData).words(epoch: 1, sample: 1, block: 0))
    #expect(base != Philox(seed: 1, purpose: .trainingData).words(epoch: 2, sample: 1, block: 0))
    #expect(base != Philox(seed: 1, purpose: .trainingData).words(epoch: 1, sample: 2, block: 0))
  }
}
