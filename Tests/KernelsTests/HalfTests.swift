import CKernels
import TestSupport
import Testing

@Suite(.serialized) struct HalfTests {
  /// A format, its largest value and the value nearest to a finite float, by arithmetic that the kernels do not use.
  struct Format: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let kernel: dpt_half_format
    let largest: Float
    let nearest: @Sendable (Float) -> Float
  }

  static let formats = [
    Format(testDescription: "bfloat16", kernel: DPT_BFLOAT16, largest: 0x1.FEp127) { x in
      guard x != 0 else { return x }
      let unit = Double(sign: .plus, exponent: max(Int(x.exponent), -126) - 7, significand: 1)
      return Float((Double(x) / unit).rounded(.toNearestOrEven) * unit)
    },
    Format(testDescription: "float16", kernel: DPT_FLOAT16, largest: 65504) { Float(Float16($0)) },
  ]

  /// All exponents, ties, neighbours of ties, both ends of the range, and random bits.
  private static let samples: [Float] = {
    var random = TestRandom(7)
    var samples: [Float] = [0, -0, 65504, 65519.99, 65520, 1e30, .greatestFiniteMagnitude, .leastNonzeroMagnitude]
    for exponent in UInt32(0)..<255 {
      for fraction: UInt32 in [0, 0x1000, 0x3000, 0x0FFF, 0x1001, 0x8000, 0x1_8000, 0x7FFF, 0x8001, 0x7F_FFFF] {
        samples.append(Float(bitPattern: exponent << 23 | fraction))
      }
    }
    samples += (0..<20_000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }
      .filter(\.isFinite)
    return samples + samples.map { -$0 }
  }()

  @Test(arguments: formats) func roundsToTheNearestAndKeepsTheRestOnEveryInstructionSet(_ format: Format) {
    let x = Self.samples
    let wanted = x.map { x in
      let nearest = format.nearest(x)
      return nearest.magnitude > format.largest ? Float(signOf: x, magnitudeOf: .infinity) : nearest
    }
    #expect(wanted.contains(.infinity) && wanted.contains(-format.largest))
    for (name, result) in onEachInstructionSet({ rounding(x, [Float](repeating: 0, count: x.count), format) }) {
      // Adding a zero residual turns −0 into 0.
      #expect(result.rounded.elementsEqual(wanted), "\(name)")
      // Values out of range leave no residual.
      #expect(result.residual.elementsEqual(zip(x, wanted).map { $1.isFinite ? $0 - $1 : 0 }), "\(name)")
    }
  }

  @Test(arguments: formats) func residualsComeBackAndNothingIsLost(_ format: Format) {
    var random = TestRandom(3)
    let count = 37
    // Multiples of 2⁻¹² below 1: all sums of a hundred are exact.
    let steps = (0..<100).map { _ in (0..<count).map { _ in Float(Int.random(in: -4095...4095, using: &random)) / 4096 }
    }
    var residual = [Float](repeating: 0, count: count)
    var sums = residual
    for x in steps {
      let (rounded, left, _) = rounding(x, residual, format)
      residual = left
      for i in 0..<count { sums[i] += rounded[i] }
    }
    for i in 0..<count {
      #expect(sums[i] + residual[i] == steps.reduce(0) { $0 + $1[i] })
      #expect(residual[i].magnitude < 0x1p-8)
    }
    #expect(residual.contains { $0 != 0 })
  }

  @Test(arguments: formats) func nonFiniteValuesKeepTheResidual(_ format: Format) {
    for (name, result) in onEachInstructionSet({
      rounding([.infinity, -.infinity, .nan, -.nan, 1, .greatestFiniteMagnitude], [1, 2, 3, 4, 0, 0], format)
    }) {
      #expect(result.rounded[..<2] == [.infinity, -.infinity], "\(name)")
      #expect(bits(result.rounded[2..<4]) == [0x7FC0_0000, 0x7FC0_0000], "\(name)")
      #expect(result.residual[..<4] == [1, 2, 3, 4], "\(name)")
      #expect(result.rounded[4...] == [1, .infinity])
      #expect(result.residual[5] == 0)
      #expect(result.packed[..<4].map(isSpecial) == [true, true, true, true], "\(name)")
    }
    func isSpecial(_ half: UInt16) -> Bool {
      let exponent: UInt16 = format.kernel == DPT_FLOAT16 ? 0x7C00 : 0x7F80
      return half & exponent == exponent
    }
  }

  @Test(arguments: formats) func every16BitPatternIsConvertedExactly(_ format: Format) {
    let all = (0...UInt16.max).map(\.self)
    let wanted = all.map { half in
      format.kernel == DPT_FLOAT16 ? Float(Float16(bitPattern: half)) : Float(bitPattern: UInt32(half) << 16)
    }
    for (name, result) in onEachInstructionSet({
      var floats = [Float](repeating: 0, count: all.count)
      var packed = [UInt16](repeating: 0, count: all.count)
      dpt_unpack_halves(all, &floats, all.count, format.kernel)
      dpt_pack_halves(floats, &packed, all.count, format.kernel)
      return (floats: floats, packed: packed)
    }) {
      let wrong = all.indices.count { index in
        if wanted[index].isNaN { return !result.floats[index].isNaN }
        return result.floats[index].bitPattern != wanted[index].bitPattern || result.packed[index] != all[index]
      }
      #expect(wrong == 0, "\(name)")
    }
  }

  @Test(arguments: [1, 15, 17]) func nothingIsWrittenAfterTheEnd(count: Int) {
    for format in Self.formats {
      let x = [Float](repeating: 1.2345, count: 32)
      var (residual, rounded, packed) = (x, x, [UInt16](repeating: 7, count: 32))
      dpt_round_halves(x, &residual, &rounded, count, format.kernel)
      dpt_pack_halves(rounded, &packed, count, format.kernel)
      var unpacked = x
      dpt_unpack_halves(packed, &unpacked, count, format.kernel)
      #expect(unpacked[..<count] == rounded[..<count])
      for vector in [residual, rounded, unpacked] { #expect(vector[count...] == x[count...]) }
      #expect(packed[count...].allSatisfy { $0 == 7 })
    }
  }

  private func rounding(
    _ x: [Float], _ residual: [Float], _ format: Format
  ) -> (rounded: [Float], residual: [Float], packed: [UInt16]) {
    var residual = residual
    var rounded = x
    var packed = [UInt16](repeating: 0, count: x.count)
    dpt_round_halves(x, &residual, &rounded, x.count, format.kernel)
    dpt_pack_halves(rounded, &packed, x.count, format.kernel)
    return (rounded, residual, packed)
  }
}
