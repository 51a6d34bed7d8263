import CKernels
import TestSupport
import Testing

/// Products with unpacked weights have the chains of `dpt_multiply`, for any blocks.
@Suite(.serialized) struct WeightsProductTests {
  private struct Shape: CustomStringConvertible {
    let rows, inner, columns: Int
    let transposed, hasBias: Bool
    var cStride: Int { (columns + 15) / 16 * 16 }
    var weightsStride: Int { (transposed ? inner : columns) + 3 }
    var description: String { "\(rows)×\(inner)×\(columns), transposed \(transposed), bias \(hasBias)" }
  }

  @Test func everyElementIsOneAscendingChainOnEveryInstructionSet() {
    var random = TestRandom(17)
    var sizes = (0..<60).map { _ in
      (
        Int.random(in: 1...30, using: &random), Int.random(in: 1...70, using: &random),
        Int.random(in: 1...70, using: &random)
      )
    }
    // Several blocks of the inner length, of the columns, and of both.
    sizes += [(3, 600, 20), (14, 20, 530), (2, 257, 259)]
    for (rows, inner, columns) in sizes {
      for transposed in [false, true] {
        check(
          Shape(
            rows: rows, inner: inner, columns: columns, transposed: transposed,
            hasBias: Bool.random(using: &random)),
          &random)
      }
    }
  }

  private func check(_ shape: Shape, _ random: inout TestRandom) {
    let aStride = shape.inner + 2
    let a = random.floats(shape.rows * aStride)
    let weights = random.floats((shape.transposed ? shape.columns : shape.inner) * shape.weightsStride)
    let bias = random.floats(shape.cStride)
    var wanted: [Float] = []
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        var sum: Float = shape.hasBias ? bias[column] : 0
        for k in 0..<shape.inner {
          let place = shape.transposed ? column * shape.weightsStride + k : k * shape.weightsStride + column
          sum.addProduct(a[row * aStride + k], weights[place])
        }
        wanted.append(sum)
      }
    }
    for (name, result) in onEachInstructionSet({ multiply(shape, a, weights, bias) }) {
      #expect(bits(result) == bits(wanted), "\(name): \(shape)")
    }
  }

  private func multiply(_ shape: Shape, _ a: [Float], _ weights: [Float], _ bias: [Float]) -> [Float] {
    var c = [Float](repeating: .nan, count: shape.rows * shape.cStride)
    var scratch = [Float](
      repeating: .nan, count: dpt_weights_product_scratch(DPT_IN_FLOAT32, shape.rows, shape.inner, shape.columns))
    a.withUnsafeBufferPointer { a in
      weights.withUnsafeBufferPointer { weights in
        bias.withUnsafeBufferPointer { bias in
          c.withUnsafeMutableBufferPointer { c in
            scratch.withUnsafeMutableBufferPointer { scratch in
              var product = dpt_weights_product(
                precision: DPT_IN_FLOAT32, aPrecision: DPT_IN_FLOAT32, cPrecision: DPT_IN_FLOAT32, a: a.baseAddress,
                aStride: shape.inner + 2, inner: shape.inner, weights: weights.baseAddress,
                weightsStride: shape.weightsStride, transposed: shape.transposed,
                bias: shape.hasBias ? bias.baseAddress : nil, c: c.baseAddress, cStride: shape.cStride,
                rows: shape.rows, columns: shape.columns, scratch: scratch.baseAddress)
              dpt_multiply_weights(&product)
            }
          }
        }
      }
    }
    return (0..<shape.rows).flatMap { row in c[row * shape.cStride..<row * shape.cStride + shape.columns] }
  }
}
