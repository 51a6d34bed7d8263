import Tensors
import Testing

/// Values in both precisions: what is written is rounded, and read as it was rounded.
@Suite struct ValuesTests {
  /// Memory for floats that are zero.
  private func withFloats(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: count)
    defer { memory.deallocate() }
    memory.initialize(repeating: 0, count: count)
    body(memory)
  }

  /// What a value becomes in bfloat16, bit by bit.
  private func rounded(_ value: Float) -> UInt32 {
    var result: UInt32 = 0
    withFloats(1) { memory in
      let values = Values(memory, .bfloat16)
      values[1] = value
      #expect(values[0] == 0)
      result = values[1].bitPattern
    }
    return result
  }

  @Test func valuesAreRoundedToTheNearestTiesToEven() {
    for (value, wanted) in [
      (1, 1), (-1, -1), (1.00390625, 1), (1.01171875, 1.015625), (1.0039064, 1.0078125), (3.140625, 3.140625),
      (Float.pi, 3.140625), (256, 256), (257, 256), (259, 260), (0x1.fep127, 0x1.fep127), (.infinity, .infinity),
      (-.infinity, -.infinity), (.greatestFiniteMagnitude, .infinity), (0x1p-126, 0x1p-126),
    ] as [(Float, Float)] {
      #expect(rounded(value) == wanted.bitPattern, "\(value)")
    }
  }

  @Test func denormalNumbersBecomeZerosOfTheirSign() {
    #expect(rounded(Float.leastNormalMagnitude.nextDown) == Float(0).bitPattern)
    #expect(rounded(-.leastNonzeroMagnitude) == (-Float(0)).bitPattern)
    #expect(rounded(-0.0) == (-Float(0)).bitPattern)
  }

  @Test func notANumberStaysOneAndIsQuiet() {
    for bits in [0x7f80_0001, 0x7fff_ffff, 0xff80_0001, 0xffc1_2345] as [UInt32] {
      let result = Float(bitPattern: rounded(Float(bitPattern: bits)))
      #expect(result.isNaN && !result.isSignalingNaN && result.sign == Float(bitPattern: bits).sign)
    }
  }

  @Test func viewsReadAndWriteBothPrecisions() {
    let random = Philox(seed: 3, purpose: .testData)
    for precision in Precision.allCases {
      let written = (0..<3 * 2 * 5).map { random.uniform(sample: 0, element: $0) }
      withFloats(3 * 2 * 16) { memory in
        let view = TensorView(base: Values(memory, precision), steps: 3, batch: 2, columns: 5, stride: 16)
        for (index, value) in written.enumerated() { view[index / 5, index % 5] = value }
        let step: Float = precision.isRounded ? 0x1p-8 : 0
        for (index, value) in written.enumerated() {
          #expect((view[index / 5, index % 5] - value).magnitude <= value.magnitude * step)
        }
        #expect(view.row(step: 2, sample: 1)[4] == view[5, 4])
        let next = view.with(base: view.base + 16, columns: 5)
        #expect(next.base.precision == precision && next.stride == 16 && next.steps == 3 && next[4, 4] == view[5, 4])
      }
    }
  }

  @Test func bytesAreCopiedAndCleared() {
    for precision in Precision.allCases {
      withFloats(32) { memory in
        let (from, to) = (Values(memory, precision), Values(memory + 16, precision))
        for index in 0..<8 { from[index] = Float(index) }
        (to + 1).update(from: from + 2, count: 5)
        #expect((0..<8).map { to[$0] } == [0, 2, 3, 4, 5, 6, 0, 0])
        (to + 2).clear(count: 2)
        #expect((0..<8).map { to[$0] } == [0, 2, 0, 0, 5, 6, 0, 0])
      }
    }
  }
}
