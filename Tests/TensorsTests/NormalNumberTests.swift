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

  @Test func eightPairsAreThoseOfSingleWords() {
    // Also words at and beside the boundaries between quarters, and those of the largest and smallest logarithms.
    var edges: [UInt32] = [2, .max - 1, 0xB504_F333, 0xB504_F334]
    for eighth in 0..<8 {
      let word = UInt32(eighth) << 29
      edges += [word &- 1, word, word + 1]
    }
    let random = Philox(seed: 3, purpose: .initialization)
    let words = edges + (0..<4007).map { random.word(sample: 1, element: $0) }
    for start in stride(from: 0, to: words.count - 16, by: 1) {
      let first = SIMD8((0..<8).map { words[start + $0] })
      let second = SIMD8((0..<8).map { words[start + 15 - 2 * $0] })
      let (cosines, sines) = normalPairs(first, second)
      for lane in 0..<8 {
        let radius = (-2 * naturalLogarithm((Double(first[lane]) + 1) * 0x1p-32)).squareRoot()
        let turn = Double(second[lane]) * 0x1p-32
        let pair = (radius * cosine(ofTurn: turn), radius * cosine(ofTurn: turn - 0.25))
        guard
          cosines[lane].bitPattern == pair.0.bitPattern && sines[lane].bitPattern == pair.1.bitPattern
        else {
          Issue.record("words \(first[lane]), \(second[lane]): \(cosines[lane]), \(sines[lane]), not \(pair)")
          return
        }
      }
    }
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 15, 16, 17, 18, 31, 100])
  func manyAtOnceAreThoseOneByOne(count: Int) {
    let random = Philox(seed: 0x1234_5678_9ABC, purpose: .initialization)
    let normals = random.normals(count: count, sample: 7)
    #expect(normals == (0..<count).map { random.normal(sample: 7, element: $0) })
    var values = [Float](repeating: -1, count: count + 1)
    values.withUnsafeMutableBufferPointer {
      random.fill(.init(rebasing: $0[..<count]), normalAround: 0.5, deviation: 3, sample: 7)
    }
    #expect(values == normals.map { 0.5 + 3 * Float($0) } + [-1])
    values.withUnsafeMutableBufferPointer {
      random.fill(.init(rebasing: $0[..<count]), uniformWithin: 0.3, sample: 7)
    }
    #expect(values == (0..<count).map { (2 * random.uniform(sample: 7, element: $0) - 1) * 0.3 } + [-1])
  }
}
