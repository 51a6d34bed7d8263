import CKernels
import TestSupport
import Testing

@Suite(.serialized) struct FlatTests {
  @Test(arguments: [1, 15, 16, 17, 1023, 1024, 1025, 5000])
  func sumOfSquaresIsAccurateAndTheSameEverywhere(count: Int) {
    var random = TestRandom(UInt64(count))
    let x = random.floats(count)
    let wanted = x.reduce(0.0) { $0 + Double($1) * Double($1) }
    let results = onEachInstructionSet { dpt_sum_of_squares(x, count) }
    for (name, result) in results {
      #expect((result - wanted).magnitude < 1e-6 * wanted)
      #expect(result.bitPattern == results[0].result.bitPattern, "\(name) differs")
    }
  }

  @Test(arguments: [1, 16, 37])
  func divisionAndScalingAreExactAndStayWithinTheVector(count: Int) {
    var random = TestRandom(UInt64(count))
    let x = random.floats(count + 1)
    var divided = x
    var scaled = x
    dpt_divide(x, &divided, count, 3)
    dpt_scale(&scaled, count, 1.7)
    #expect(bits(divided) == bits(x[..<count].map { $0 / 3 } + [x[count]]))
    #expect(bits(scaled) == bits(x[..<count].map { $0 * 1.7 } + [x[count]]))
  }

  @Test(arguments: [1, 16, 37])
  func sumsAreExactAndMayOverwriteTheirOperands(count: Int) {
    var random = TestRandom(UInt64(count))
    let (x, y) = (random.floats(count + 1), random.floats(count + 1))
    let wanted = zip(x, y).map(+)
    for (name, sums) in onEachInstructionSet({
      var (apart, inPlace, positive) = (y, x, y)
      dpt_add(x, y, &apart, count)
      inPlace.withUnsafeMutableBufferPointer { dpt_add($0.baseAddress, y, $0.baseAddress, count) }
      dpt_add_values(DPT_IN_FLOAT32, x, y, &positive, count, true)
      return (apart, inPlace, positive)
    }) {
      #expect(bits(sums.0) == bits(wanted[..<count] + [y[count]]), "\(name)")
      #expect(bits(sums.1) == bits(wanted[..<count] + [x[count]]), "\(name)")
      #expect(bits(sums.2) == bits(wanted[..<count].map { $0 < 0 ? 0 : $0 } + [y[count]]), "\(name)")
    }
  }
}
