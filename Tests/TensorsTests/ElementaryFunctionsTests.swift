import Foundation
import Tensors
import Testing

@Suite struct ElementaryFunctionsTests {
  @Test func logarithmAndCosineAreThoseOfTheLibrary() {
    for k in stride(from: 1, through: UInt32.max - 4095, by: 4093) {
      let x = Double(k) * 0x1p-32
      let wanted = log(x)
      #expect((naturalLogarithm(x) - wanted).magnitude <= 4e-16 * max(1, wanted.magnitude))
      #expect((cosine(ofTurn: x) - cos(2 * Double.pi * x)).magnitude < 1e-15)
      #expect((cosine(ofTurn: x - 0.25) - sin(2 * Double.pi * x)).magnitude < 1e-15)
    }
    #expect(naturalLogarithm(1) == 0)
    #expect(cosine(ofTurn: 0.25) == 0 && cosine(ofTurn: 0.5) == -1)
  }

  @Test func powersAndExponentialsAreThoseOfTheLibrary() {
    for k in 0...1000 {
      let x = Double(k) / 1000
      for exponent in [0.1, 0.5, 0.9, 1.7, 3.3, 12.5] {
        let wanted = pow(x, exponent)
        // The rounding error of the logarithm grows with the exponent.
        let bound = 2e-15 + 4e-16 * (x == 0 ? 0 : (exponent * log(x)).magnitude)
        #expect((power(x, exponent) - wanted).magnitude <= bound * wanted, "\(x) ^ \(exponent)")
      }
    }
    #expect(power(0.999, 100_000) > 0)
    #expect((power(0.999, 1000) / pow(0.999, 1000) - 1).magnitude < 1e-13)
    #expect(power(1e-200, 9.5) == 0)
    #expect(power(0.5, 0) == 1)
    #expect(exponential(0) == 1 && exponential(-701) == 0 && exponential(701) == .infinity)
  }
}
