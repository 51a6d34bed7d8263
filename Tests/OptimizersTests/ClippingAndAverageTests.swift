import Optimizers
import Tensors
import TestSupport
import Testing

@Suite(.serialized) struct ClippingAndAverageTests {
  @Test func clippingByNormScalesOnlyLongGradients() {
    var gradients: [Float] = [3, 4]
    let norm = GradientClipping.norm(gradients, count: 2)
    #expect(norm == 5)
    GradientClipping.clip(&gradients, count: 2, norm: norm, limit: 10)
    #expect(gradients == [3, 4])
    GradientClipping.clip(&gradients, count: 2, norm: norm, limit: 1)
    #expect((GradientClipping.norm(gradients, count: 2) - 1).magnitude < 1e-6)
    #expect((gradients[1] / gradients[0] - 4.0 / 3).magnitude < 1e-6)
  }

  @Test(arguments: [1, 15, 16, 17, 37])
  func clippingByValueClampsEachValue(count: Int) {
    var random = TestRandom(5)
    let gradients = random.floats(count + 1)
    for (name, result) in onEachInstructionSet({
      var clipped = gradients
      GradientClipping.clip(&clipped, count: count, value: 0.3)
      return clipped
    }) {
      #expect(result == gradients[..<count].map { min(max($0, -0.3), 0.3) } + [gradients[count]], "\(name)")
    }
  }

  @Test func clippingByValueKeepsNaN() {
    var gradients: [Float] = [.nan, .infinity, -.infinity, -0.0]
    GradientClipping.clip(&gradients, count: 4, value: 2)
    #expect(gradients[0].isNaN)
    #expect(gradients[1...] == [2, -2, 0])
  }

  @Test(arguments: [false, true], [1, 3]) func theAverageFollowsItsFormula(warmsUp: Bool, interval: Int) throws {
    let results = try onEachInstructionSet { () -> [Float] in
      var random = TestRandom(2)
      let weights = try FloatBuffer(count: 37)
      weights.base.update(from: random.floats(37), count: 37)
      let average = try WeightAverage(of: weights, buffers: weights, decay: 0.4, warmsUp: warmsUp, interval: interval)
      var wanted = weights.floats.map(Double.init)
      for step in 0..<10 {
        weights.base.update(from: random.floats(37), count: 37)
        average.update(weights.base, step: step)
        average.updateBuffers(weights.base, step: step)
        // 0.1, 2/11, 0.25, 4/13, 5/14, then the decay; all of it between the steps that are taken in.
        let turn = step / interval
        let share = warmsUp ? min(0.4, Double(1 + turn) / Double(10 + turn)) : 0.4
        let kept = step % interval == 0 ? share : 1
        for index in wanted.indices { wanted[index] = kept * wanted[index] + (1 - kept) * Double(weights.base[index]) }
        #expect(relativeDifference(Array(average.values.floats), wanted) < 5e-7)
        #expect(bits(average.buffers.floats) == bits(average.values.floats))
      }
      return Array(average.values.floats)
    }
    for (name, result) in results { #expect(bits(result) == bits(results[0].result), "\(name) differs") }
  }
}
