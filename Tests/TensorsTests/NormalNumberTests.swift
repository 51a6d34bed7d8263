import Foundation
import Testing

@testable import Tensors

@Suite struct NormalNumberTests {
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
