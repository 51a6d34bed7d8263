import CKernels
import TestSupport
import Testing

/// The contract in plain code: one chain of fused multiply-adds per element.
@Suite(.serialized) struct ProductTests {
  private struct Case {
    let rows, columns, segments, segmentLength, segmentGap, aGap: Int
    let start: dpt_start
    var inner: Int { segments * segmentLength }
    var segmentStride: Int { segmentLength + segmentGap }
    var aStride: Int { segments * segmentStride + aGap }
    var cStride: Int { (columns + 15) / 16 * 16 }

    init(_ random: inout TestRandom) {
      rows = Int.random(in: 1...70, using: &random)
      columns = Int.random(in: 1...70, using: &random)
      segments = Int.random(in: 1...4, using: &random)
      segmentLength = Int.random(in: 1...20, using: &random)
      segmentGap = Int.random(in: 0...3, using: &random)
      aGap = Int.random(in: 0...3, using: &random)
      start = [DPT_START_ZERO, DPT_START_BIAS, DPT_START_OUTPUT].randomElement(using: &random) ?? DPT_START_ZERO
    }
  }

  @Test func everyElementIsOneAscendingChainOnEveryInstructionSet() {
    var random = TestRandom(3)
    for _ in 0..<300 {
      let shape = Case(&random)
      let a = random.floats(shape.rows * shape.aStride)
      let w = random.floats(shape.columns * shape.inner)
      let bias = random.floats(shape.cStride)
      let before = random.floats(shape.rows * shape.cStride)
      var wanted: [Float] = []
      for row in 0..<shape.rows {
        for column in 0..<shape.columns {
          var sum: Float =
            switch shape.start {
            case DPT_START_BIAS: bias[column]
            case DPT_START_OUTPUT: before[row * shape.cStride + column]
            default: 0
            }
          for k in 0..<shape.inner {
            let place = k / shape.segmentLength * shape.segmentStride + k % shape.segmentLength
            sum.addProduct(a[row * shape.aStride + place], w[column * shape.inner + k])
          }
          wanted.append(sum)
        }
      }
      var packed = [Float](repeating: 0, count: dpt_packed_count(shape.inner, shape.columns))
      dpt_pack_transposed(w, shape.columns, shape.inner, shape.inner, &packed)
      for (name, result) in onEachInstructionSet({ multiply(shape, a, packed, bias, before) }) {
        #expect(bits(result) == bits(wanted), "\(name): \(shape)")
      }
    }
  }

  private func multiply(_ shape: Case, _ a: [Float], _ packed: [Float], _ bias: [Float], _ before: [Float]) -> [Float] {
    var c = before
    let scratch = UnsafeMutablePointer<Float>.allocate(
      capacity: dpt_product_scratch(DPT_IN_FLOAT32, shape.rows, shape.inner))
    defer { scratch.deallocate() }
    a.withUnsafeBufferPointer { a in
      packed.withUnsafeBufferPointer { packed in
        bias.withUnsafeBufferPointer { bias in
          c.withUnsafeMutableBufferPointer { c in
            var product = dpt_product(
              precision: DPT_IN_FLOAT32, a: a.baseAddress, aStride: shape.aStride, segments: shape.segments,
              segmentLength: shape.segmentLength,
              segmentStride: shape.segmentStride, b: packed.baseAddress,
              bias: bias.baseAddress, c: c.baseAddress,
              cStride: shape.cStride, rows: shape.rows, columns: shape.columns, start: shape.start, scratch: scratch)
            dpt_multiply(&product)
          }
        }
      }
    }
    return (0..<shape.rows).flatMap { row in c[row * shape.cStride..<row * shape.cStride + shape.columns] }
  }

  @Test func bothWaysOfPackingAgree() {
    var random = TestRandom(5)
    for (inner, columns) in [(1, 1), (7, 16), (16, 17), (33, 50)] {
      let w = random.floats(inner * columns)
      let transposed = (0..<columns).flatMap { column in (0..<inner).map { w[$0 * columns + column] } }
      var a = [Float](repeating: .nan, count: dpt_packed_count(inner, columns))
      var b = a
      dpt_pack(w, inner, columns, columns, &a)
      dpt_pack_transposed(transposed, columns, inner, inner, &b)
      #expect(bits(a) == bits(b))
    }
  }
}
