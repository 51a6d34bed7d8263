import Collectives
import Foundation
import Layers
import Tensors
import TestSupport
import Testing

@Suite struct CrossEntropyTests {
  @Test(arguments: [2, 4, 16, 17, 50])
  func agreesWithFiniteDifferences(classes: Int) throws {
    let rows = 6
    var random = TestRandom(UInt64(classes))
    let logits = random.floats(rows * classes, scale: 5)
    let targets = (0..<rows).map { _ in Int32.random(in: 0..<Int32(classes), using: &random) }
    let run = try LossRun(logits, targets: targets, classes: classes)

    func losses(_ point: [Double]) -> [Double] {
      (0..<rows).map { row in
        let z = point[row * classes..<(row + 1) * classes]
        return log(z.reduce(0) { $0 + exp($1) }) - point[row * classes + Int(targets[row])]
      }
    }
    let point = logits.map(Double.init)
    let total = losses(point).reduce(0, +)
    #expect((Double(run.sums[0]) - total).magnitude < 1e-5 * total)
    #expect(relativeDifference(run.gradient, finiteDifferences(at: point) { losses($0).reduce(0, +) }) < 2e-6)
    let right = (0..<rows).filter { row in
      let z = logits[row * classes..<(row + 1) * classes]
      return z.firstIndex(of: z.max() ?? 0) == row * classes + Int(targets[row])
    }
    #expect(run.sums[1] == Float(right.count))
    #expect(run.sums[2] == Float(rows))
  }

  @Test func largeLogitsDoNotOverflow() throws {
    let run = try LossRun([1000, 0, -1000, 0], targets: [0, 0], classes: 2)
    #expect(run.losses == [0, 1000])
    #expect(run.gradient == [0, 0, -1, 1])
  }

  @Test func ofEqualLogitsTheFirstIsPredicted() throws {
    let run = try LossRun([3, 3, 3, 1, 2, 2], targets: [0, 2], classes: 3)
    #expect(run.sums[1] == 1)
  }
}

/// The loss of rows of logits on one rank.
private struct LossRun {
  let sums: [Float]
  let losses: [Float]
  let gradient: [Float]

  init(_ logits: [Float], targets: [Int32], classes: Int) throws {
    let rows = targets.count
    let loss = CrossEntropy(logits: .vector(classes))
    let program = ShardProgram(try ReductionTree(shards: 1).local(rank: 0, of: 1), shardCount: 1)
    let stride = paddedToLanes(classes)
    let (z, sums) = (try FloatBuffer(count: rows * stride), try FloatBuffer(count: 16))
    for row in 0..<rows {
      for column in 0..<classes { z.base[row * stride + column] = logits[row * classes + column] }
    }
    var plan = ArenaPlan()
    loss.plan(&plan, batch: rows)
    let context = StepContext(
      arena: try Arena(plan), model: try Model(inputShape: .vector(classes), layers: []), gradients: sums.base,
      nodeStride: 16, shards: program, tree: try ReductionTree(shards: 1), communicator: SoloCommunicator(),
      lengths: nil, seed: 1)
    let view = TensorView(base: z.base, batch: rows, columns: classes, stride: stride)
    let result = loss.evaluate(view, targets: targets, context, gradient: true)
    gradient = (0..<rows).flatMap { row in (0..<classes).map { result.row(sample: row)[$0] } }
    losses = (0..<rows).map { row in
      _ = program.divide(batch: row..<row + 1)
      let one = TensorView(base: z.base + row * stride, batch: 1, columns: classes, stride: stride)
      _ = loss.evaluate(one, targets: [targets[row]], context, gradient: false)
      loss.sums(of: one, into: sums.base, nodeStride: 16, context)
      return sums.base[0]
    }
    _ = program.divide(batch: 0..<rows)
    _ = loss.evaluate(view, targets: targets, context, gradient: false)
    loss.sums(of: view, into: sums.base, nodeStride: 16, context)
    self.sums = Array(sums.floats[..<3])
  }
}
