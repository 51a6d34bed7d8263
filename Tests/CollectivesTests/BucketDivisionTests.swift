import Collectives
import Testing

@Suite struct BucketDivisionTests {
  @Test(arguments: [1, 16, 17, 100, 4096, 40_000]) func bucketsCoverAllElements(count: Int) {
    for bytes in [1, 64, 1000, 16_384, 1 << 20] {
      let buckets = ReductionPlan.divide(0..<count, bytes: bytes, boundaries: [0, 5, 16, 3000, 39_999])
      #expect(buckets.last?.lowerBound == 0 && buckets[0].upperBound == (count + 15) / 16 * 16)
      #expect(zip(buckets, buckets.dropFirst()).allSatisfy { $0.lowerBound == $1.upperBound })
      #expect(buckets.allSatisfy { !$0.isEmpty && $0.lowerBound.isMultiple(of: 16) })
    }
  }

  @Test func theFirstBucketHasAQuarterOfTheSize() {
    #expect(ReductionPlan.divide(0..<1024, bytes: 1024) == [960..<1024, 704..<960, 448..<704, 192..<448, 0..<192])
    #expect(ReductionPlan.divide(512..<1024, bytes: 1024) == [960..<1024, 704..<960, 512..<704])
  }

  @Test func bucketsStartAtBoundaries() {
    // 320 is 384 elements before the end of the second bucket, 1.5 times the size; 304 would be more.
    #expect(ReductionPlan.divide(0..<768, bytes: 1024, boundaries: [320]) == [704..<768, 320..<704, 64..<320, 0..<64])
    #expect(ReductionPlan.divide(0..<768, bytes: 1024, boundaries: [304])[1] == 448..<704)
    // The start of a boundary's cache line is written later, so the bucket starts after it.
    #expect(ReductionPlan.divide(0..<768, bytes: 1024, boundaries: [401])[1] == 416..<704)
    // The first layers' small bucket does not delay earlier ones.
    #expect(ReductionPlan.divide(0..<320, bytes: 1024, boundaries: [32]).suffix(2) == [32..<256, 0..<32])
  }
}
