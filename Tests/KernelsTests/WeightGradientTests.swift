import CKernels
import Collectives
import TestSupport
import Testing

@Suite(.serialized) struct WeightGradientTests {
  /// One product per shard, rows ascending, and the tree over shards, written recursively.
  @Test func sumsShardsInTheTreeOnEveryInstructionSet() throws {
    var random = TestRandom(11)
    for _ in 0..<150 {
      let shards = Int.random(in: 1...9, using: &random)
      let ranks = Int.random(in: 1...shards, using: &random)
      let samples = Int.random(in: 0...20, using: &random)
      let outer = Int.random(in: 1...4, using: &random)
      let (m, n) = (Int.random(in: 1...30, using: &random), Int.random(in: 1...40, using: &random))
      let transposed = Bool.random(using: &random)
      let tree = try ReductionTree(shards: shards)
      for rank in 0..<ranks {
        let local = try tree.local(rank: rank, of: ranks)
        let first = local.shards.lowerBound * samples / shards
        let rowStart = (local.shards.lowerBound...local.shards.upperBound).map { Int32($0 * samples / shards - first) }
        let rows = Int(rowStart[rowStart.count - 1])
        // Sixteen floats of slack after the last row.
        let a = random.floats(outer * rows * m + 16)
        let b = random.floats(outer * rows * n + 16)

        func product(_ shard: Int) -> [Float] {
          let range = Int(rowStart[shard])..<Int(rowStart[shard + 1])
          return (0..<m * n).map { element in
            var sum: Float = 0
            for t in 0..<outer {
              for r in range {
                sum.addProduct(a[(t * rows + r) * m + element / n], b[(t * rows + r) * n + element % n])
              }
            }
            return sum
          }
        }
        func sum(_ node: Range<Int>) -> [Float] {
          guard node.count > 1 else { return product(node.lowerBound - local.shards.lowerBound) }
          let middle = node.lowerBound + ReductionTree.leftCount(of: node.count)
          return zip(sum(node.lowerBound..<middle), sum(middle..<node.upperBound)).map { $0 + $1 }
        }
        let wanted = local.nodes.flatMap { sum($0) }

        for (name, result) in onEachInstructionSet({
          weightGradient(a, b, rows: rows, outer: outer, m: m, n: n, transposed: transposed, rowStart, local)
        }) {
          #expect(bits(result) == bits(wanted), "\(name): \(m)×\(n), \(shards) shards, rank \(rank) of \(ranks)")
        }
      }
    }
  }

  /// With scratch, large products are cut into blocks; the chains are the same.
  @Test(arguments: [(100, 70), (13, 400), (230, 300), (64, 64)], [(1, 300), (5, 11), (3, 0)])
  func blocksGiveTheSameBits(size: (m: Int, n: Int), rows: (outer: Int, samples: Int)) throws {
    var random = TestRandom(UInt64(size.m))
    let shards = 5
    let a = random.floats(rows.outer * rows.samples * size.m + 16)
    let b = random.floats(rows.outer * rows.samples * size.n + 16)
    let rowStart = (0...shards).map { Int32($0 * rows.samples / shards) }
    let local = try ReductionTree(shards: shards).local(rank: 0, of: 1)
    let scratch = dpt_weight_gradient_scratch(DPT_IN_FLOAT32, size.m, size.n, shards)
    #expect(scratch > 0)
    for transposed in [false, true] {
      func run(scratch: Int) -> [Float] {
        weightGradient(
          a, b, rows: rows.samples, outer: rows.outer, m: size.m, n: size.n, transposed: transposed, rowStart, local,
          scratch: scratch)
      }
      let wanted = run(scratch: 0)
      for (name, result) in onEachInstructionSet({ run(scratch: scratch) }) {
        #expect(bits(result) == bits(wanted), "\(name)")
      }
    }
  }

  /// Products and sums of the same rows, computed together, have the bits of each alone. Groups of columns as in recurrent
  /// layers: some have products with both matrices, some with one; some sums are written twice.
  @Test(arguments: [(27, 64), (5, 300), (130, 40), (8, 128)], [(1, 300), (5, 50), (81, 9), (3, 4), (2, 0)])
  func productsTogetherHaveTheBitsOfEachAlone(inputs: (x: Int, h: Int), rows: (outer: Int, samples: Int)) throws {
    var random = TestRandom(UInt64(inputs.x + rows.samples))
    let (shards, padded, valid) = (5, 48, 45)
    let width = 4 * padded
    let x = random.floats(rows.outer * rows.samples * inputs.x + 16)
    let h = random.floats(rows.outer * rows.samples * inputs.h + 16)
    let gates = random.floats(rows.outer * rows.samples * width + 16)
    let rowStart = (0...shards).map { Int32($0 * rows.samples / shards) }
    let local = try ReductionTree(shards: shards).local(rank: 0, of: 1)
    let runs: [(ofX: Bool, first: Int, gates: Int)] = [(true, 0, 1), (true, 1, 2), (false, 1, 2), (false, 3, 1)]
    let sums: [(first: Int, gates: Int, twice: Bool)] = [(0, 1, false), (1, 2, true), (3, 1, false)]
    let results = 3 * valid * (inputs.x + inputs.h) + 6 * valid
    let scratchCount = dpt_weight_gradients_scratch(DPT_IN_FLOAT32, inputs.x, inputs.h, width, shards)
    #expect(scratchCount > 0)

    func compute(
      together: Bool, _ x: UnsafePointer<Float>, _ h: UnsafePointer<Float>, _ gates: UnsafePointer<Float>,
      _ rowStart: UnsafePointer<Int32>, _ joins: UnsafePointer<Int32>, _ emits: UnsafePointer<Int32>,
      _ out: UnsafeMutablePointer<Float>
    ) {
      let scratch = UnsafeMutablePointer<Float>.allocate(capacity: scratchCount)
      defer { scratch.deallocate() }
      var program = dpt_shard_program(shards: shards, rowStart: rowStart, joins: joins, emits: emits)
      var place = 0
      func take(_ count: Int) -> UnsafeMutablePointer<Float> {
        defer { place += count }
        return out + place
      }
      var products: [dpt_outer_product] = []
      for part in runs {
        let m = part.ofX ? inputs.x : inputs.h
        let isGrouped = part.gates > 1
        let (a, b) = (UnsafeRawPointer(part.ofX ? x : h), UnsafeRawPointer(gates + part.first * padded))
        products.append(
          dpt_outer_product(
            precision: DPT_IN_FLOAT32, aPrecision: DPT_IN_FLOAT32, bPrecision: DPT_IN_FLOAT32, a: a, aStride: m,
            aOuter: rows.samples * m, b: b, bStride: width,
            bOuter: rows.samples * width, outer: rows.outer, positions: 1, m: m,
            n: isGrouped ? part.gates * padded : valid, group: isGrouped ? padded : 0, groupValid: valid,
            out: take(part.gates * valid * m), outI: 1, outJ: m, outGroup: valid * m, outNode: results,
            scratch: together ? scratch : nil, scratchCount: together ? scratchCount : 0))
      }
      var columns: [dpt_row_sums] = []
      for part in sums {
        let isGrouped = part.gates > 1
        columns.append(
          dpt_row_sums(
            precision: DPT_IN_FLOAT32, base: gates + part.first * padded, stride: width,
            outerStride: rows.samples * width, outer: rows.outer,
            positions: 1, columns: isGrouped ? part.gates * padded : valid, group: isGrouped ? padded : 0,
            groupValid: valid, out: take(part.gates * valid), second: part.twice ? take(part.gates * valid) : nil,
            outNode: results))
      }
      if together {
        dpt_weight_gradients(&products, runs.count, &columns, sums.count, &program)
      } else {
        for index in runs.indices { dpt_weight_gradient(&products[index], &program) }
        for index in sums.indices { dpt_sum_rows(&columns[index], &program) }
      }
      #expect(place == results)
    }
    func run(together: Bool) -> [Float] {
      var out = [Float](repeating: .nan, count: local.nodes.count * results)
      compute(together: together, x, h, gates, rowStart, local.fold.joins, local.fold.emits, &out)
      return out
    }
    let wanted = run(together: false)
    #expect(!wanted.contains { $0.isNaN })
    for (name, result) in onEachInstructionSet({ run(together: true) }) {
      #expect(bits(result) == bits(wanted), "\(name)")
    }
  }

  private func weightGradient(
    _ a: [Float], _ b: [Float], rows: Int, outer: Int, m: Int, n: Int, transposed: Bool, _ rowStart: [Int32],
    _ local: LocalReduction, scratch scratchCount: Int = 0
  ) -> [Float] {
    let scratch = UnsafeMutablePointer<Float>.allocate(capacity: scratchCount)
    defer { scratch.deallocate() }
    var out = [Float](repeating: .nan, count: local.nodes.count * m * n)
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        rowStart.withUnsafeBufferPointer { rowStart in
          local.fold.joins.withUnsafeBufferPointer { joins in
            local.fold.emits.withUnsafeBufferPointer { emits in
              out.withUnsafeMutableBufferPointer { out in
                var program = dpt_shard_program(
                  shards: local.shards.count, rowStart: rowStart.baseAddress, joins: joins.baseAddress,
                  emits: emits.baseAddress)
                var product = dpt_outer_product(
                  precision: DPT_IN_FLOAT32, aPrecision: DPT_IN_FLOAT32, bPrecision: DPT_IN_FLOAT32, a: a.baseAddress,
                  aStride: m, aOuter: rows * m, b: b.baseAddress, bStride: n, bOuter: rows * n,
                  outer: outer, positions: 1, m: m, n: n, group: 0, groupValid: 0, out: out.baseAddress,
                  outI: transposed ? 1 : n,
                  outJ: transposed ? m : 1,
                  outGroup: 0, outNode: m * n, scratch: scratch, scratchCount: scratchCount)
                dpt_weight_gradient(&product, &program)
              }
            }
          }
        }
      }
    }
    guard transposed else { return out }
    return (0..<out.count).map { out[$0 / (m * n) * m * n + $0 % n * m + $0 % (m * n) / n] }
  }
}
