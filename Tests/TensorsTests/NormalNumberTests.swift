import Foundation
import Testing

@testable import Tensors

@Suite struct NormalNumberTests {
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

  @Test func pairsShareTheirRadius() {
    let random = Philox(seed: 9, purpose: .initialization)
    let (a, b) = (random.normal(sample: 4, element: 6), random.normal(sample: 4, element: 7))
    let words = (random.word(sample: 4, element: 6), random.word(sample: 4, element: 7))
    let radius = (-2 * log((Double(words.0) + 1) * 0x1p-32)).squareRoot()
    let angle = 2 * Double.pi * Double(words.1) * 0x1p-32
    #expect((a - radius * cos(angle)).magnitude < 1e-14)
    #expect((b - radius * sin(angle)).magnitude < 1e-14)
  }
}
