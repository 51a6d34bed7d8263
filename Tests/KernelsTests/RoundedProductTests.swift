import CKernels
import TestSupport
import Testing

/// Products of bfloat16 follow one rule on every instruction set: of each pair the second product is added first, and denormal
/// numbers are zero.
@Suite(.serialized) struct RoundedProductTests {
  /// Kinds of numbers to multiply.
  enum Kind: CaseIterable {
    /// Between −2 and 2.
    case moderate
    /// Of all sizes.
    case wide
    /// Whose products are near the least normal number.
    case tiny
    /// With zeros of both signs, and now and then an infinity or NaN.
    case special

    func value(_ random: inout TestRandom) -> Float {
      let sign: Float = Bool.random(using: &random) ? 1 : -1
      switch self {
      case .moderate: return .random(in: -2...2, using: &random)
      case .wide:
        return sign * Float(sign: .plus, exponent: .random(in: -30...30, using: &random), significand: 1.37)
      case .tiny:
        return sign
          * Float(
            sign: .plus, exponent: .random(in: -90 ... -55, using: &random),
            significand: .random(in: 1..<2, using: &random))
      case .special:
        switch Int.random(in: 0..<60, using: &random) {
        case 0: return .infinity
        case 1: return .nan
        case 2..<15: return 0 * sign
        default: return Kind.wide.value(&random)
        }
      }
    }
  }

  /// A product of unpacked weights; A and C lie in either precision.
  private struct Shape: CustomStringConvertible {
    let rows, inner, columns: Int
    let transposed: Bool
    let aIsRounded, cIsRounded: Bool
    var aStride: Int { (inner + 15) / 16 * 16 }
    var cStride: Int { (columns + 15) / 16 * 16 }
    var weightsStride: Int { transposed ? inner : columns }
    var description: String {
      "\(rows)×\(inner)×\(columns), transposed \(transposed), A rounded \(aIsRounded), C rounded \(cIsRounded)"
    }
  }

  @Test(arguments: Kind.allCases) func everyElementIsOneChainOfPairs(kind: Kind) {
    var random = TestRandom(31)
    var sizes = (0..<40).map { _ in
      (
        Int.random(in: 1...30, using: &random), Int.random(in: 1...70, using: &random),
        Int.random(in: 1...70, using: &random)
      )
    }
    sizes += [(3, 600, 20), (400, 9, 30), (14, 20, 530)]
    for (rows, inner, columns) in sizes {
      check(
        Shape(
          rows: rows, inner: inner, columns: columns, transposed: .random(using: &random),
          aIsRounded: .random(using: &random), cIsRounded: .random(using: &random)), kind, &random)
    }
  }

  /// Sums that start at the least normal number, and products that bring them just below it: whether they become zero is decided
  /// after they are rounded.
  @Test func sumsAreFlushedAfterTheyAreRounded() {
    var random = TestRandom(32)
    for _ in 0..<300 {
      check(
        Shape(rows: 20, inner: 3, columns: 40, transposed: false, aIsRounded: true, cIsRounded: false), .tiny, &random,
        bias: { ($0 % 2 == 0 ? 1 : -1) * Float(bitPattern: 0x0080_0000 + UInt32($0 % 3)) })
    }
  }

  private func check(
    _ shape: Shape, _ kind: Kind, _ random: inout TestRandom, bias start: ((Int) -> Float)? = nil
  ) {
    let a = (0..<shape.rows * shape.aStride).map { _ in kind.value(&random) }
    let weights = (0..<shape.inner * shape.columns).map { _ in kind.value(&random) }
    let bias = (0..<shape.cStride).map { start?($0) ?? kind.value(&random) }
    var wanted: [Float] = []
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let pairs = (0..<shape.inner).map { k -> (Float, Float) in
          let place = shape.transposed ? column * shape.inner + k : k * shape.columns + column
          return (a[row * shape.aStride + k].toBfloat16, weights[place].toBfloat16)
        }
        let sum = bias[column].addingInPairs(pairs)
        wanted.append(shape.cIsRounded ? sum.toBfloat16 : sum)
      }
    }
    for (name, result) in onEachInstructionSet({ multiply(shape, a, weights, bias) }) {
      #expect(patterns(result) == patterns(wanted), "\(name): \(shape)")
    }
  }

  private func multiply(_ shape: Shape, _ a: [Float], _ weights: [Float], _ bias: [Float]) -> [Float] {
    let rounded = a.map(\.bfloat16Bits)
    var floats = [Float](repeating: .nan, count: shape.rows * shape.cStride)
    var halves = [UInt16](repeating: 0x7fff, count: shape.rows * shape.cStride)
    let needed = dpt_weights_product_scratch(DPT_IN_BFLOAT16, shape.rows, shape.inner, shape.columns)
    var scratch = [Float](repeating: .nan, count: needed)
    a.withUnsafeBytes { a in
      rounded.withUnsafeBytes { rounded in
        weights.withUnsafeBufferPointer { weights in
          bias.withUnsafeBufferPointer { bias in
            floats.withUnsafeMutableBytes { floats in
              halves.withUnsafeMutableBytes { halves in
                scratch.withUnsafeMutableBufferPointer { scratch in
                  var product = dpt_weights_product()
                  product.precision = DPT_IN_BFLOAT16
                  product.aPrecision = shape.aIsRounded ? DPT_IN_BFLOAT16 : DPT_IN_FLOAT32
                  product.cPrecision = shape.cIsRounded ? DPT_IN_BFLOAT16 : DPT_IN_FLOAT32
                  product.a = shape.aIsRounded ? rounded.baseAddress : a.baseAddress
                  product.aStride = shape.aStride
                  product.inner = shape.inner
                  product.weights = weights.baseAddress
                  product.weightsStride = shape.weightsStride
                  product.transposed = shape.transposed
                  product.bias = bias.baseAddress
                  product.c = shape.cIsRounded ? halves.baseAddress : floats.baseAddress
                  product.cStride = shape.cStride
                  product.rows = shape.rows
                  product.columns = shape.columns
                  product.scratch = scratch.baseAddress
                  dpt_multiply_weights(&product)
                }
              }
            }
          }
        }
      }
    }
    return (0..<shape.rows).flatMap { row in
      (0..<shape.columns).map { column in
        let place = row * shape.cStride + column
        return shape.cIsRounded ? Float(bitPattern: UInt32(halves[place]) << 16) : floats[place]
      }
    }
  }

  /// Values of all bit patterns are rounded to nearest, ties to even, on every instruction set.
  @Test func valuesAreRoundedToNearest() {
    var random = TestRandom(33)
    let specials: [UInt32] = [
      0, 0x8000_0000, 1, 0x007f_ffff, 0x0080_0000, 0x7f7f_ffff, 0x7f80_0000, 0xff80_0000, 0x7f80_0001, 0xffff_ffff,
      0x3f80_8000, 0x3f81_8000, 0x3f80_7fff, 0x3f80_8001,
    ]
    let all = specials + (0..<1_000_000).map { _ in UInt32.random(in: 0 ... .max, using: &random) }
    let floats = all.map(Float.init(bitPattern:)) + [Float](repeating: 0, count: 16)
    let wanted = all.map { Float(bitPattern: $0).bfloat16Bits }
    for (name, result) in onEachInstructionSet({ () -> [UInt16] in
      var halves = [UInt16](repeating: 0, count: all.count + 16)
      dpt_values_of_floats(DPT_IN_BFLOAT16, floats, all.count, &halves, all.count, 1, all.count)
      return Array(halves.prefix(all.count))
    }) {
      #expect(result == wanted, "\(name)")
    }
  }

  /// NaN in one pattern: processors give it other signs.
  private func patterns(_ values: [Float]) -> [UInt32] { values.map { $0.isNaN ? 0x7fc0_0000 : $0.bitPattern } }
}

extension Float {
  /// The bits of the nearest bfloat16, ties to even; denormal numbers are zeros of their sign, and NaN is quiet.
  fileprivate var bfloat16Bits: UInt16 {
    if isNaN { return UInt16(bitPattern >> 16) | 0x40 }
    if magnitude < .leastNormalMagnitude { return sign == .minus ? 0x8000 : 0 }
    return UInt16((UInt64(bitPattern) + 0x7fff + UInt64(bitPattern >> 16 & 1)) >> 16)
  }

  fileprivate var toBfloat16: Float { Float(bitPattern: UInt32(bfloat16Bits) << 16) }

  /// A zero of its sign, if it is denormal.
  private var flushed: Float { magnitude < .leastNormalMagnitude ? Float(signOf: self, magnitudeOf: 0) : self }

  /// Adds a product, rounds as if exponents had no end, and flushes.
  private func addingFlushed(_ a: Float, _ b: Float) -> Float {
    let start = flushed, sum = start.addingProduct(a, b)
    guard sum.magnitude <= .leastNormalMagnitude else { return sum }
    // Exact, as far as it matters here.
    let exact = Double(a) * Double(b) + Double(start)
    let border = 0x1p-126 - 0x1p-151
    return Float(signOf: sum, magnitudeOf: exact.magnitude < border ? 0 : .leastNormalMagnitude)
  }

  /// Adds products, of each pair the second first.
  fileprivate func addingInPairs(_ factors: [(Float, Float)]) -> Float {
    var sum = self
    for first in stride(from: 0, to: factors.count, by: 2) {
      if first + 1 < factors.count { sum = sum.addingFlushed(factors[first + 1].0, factors[first + 1].1) }
      sum = sum.addingFlushed(factors[first].0, factors[first].1)
    }
    return sum
  }
}
