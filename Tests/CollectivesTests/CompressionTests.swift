import Testing

@testable import Collectives

/// Reductions that are rounded to 16 bits, against the formula in plain code.
@Suite struct CompressionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let format: Compression.Format
    let shards: Int
    let parts: Int
    var testDescription: String { "\(format), \(parts) parts of \(shards) shards" }
  }

  static let cases = Compression.Format.allCases.flatMap { format in
    [(8, 1), (8, 2), (8, 8), (13, 5), (13, 13)].map { Case(format: format, shards: $0.0, parts: $0.1) }
  }

  /// Ranks on machines: one or several each, equally many or not, in order or interleaved.
  static let machines: [[[Int]]] = [
    [[0]], [[0, 1]], [[0, 1, 2, 3, 4, 5, 6, 7]], [[0], [1]], [[0], [1], [2]], [[0, 1], [2, 3]], [[0, 2], [1, 3]],
    [[0, 1, 2], [3, 4]], [[0, 3, 6], [1, 4, 7], [2, 5]], (0..<8).map { [$0] },
  ]

  @Test(arguments: cases) func sumsHaveTheBitsOfTheFormulaOnAnyMachines(_ sum: Case) throws {
    let (rounded, elements) = (1040, 1050)
    var reference = Reference(sum, rounded: rounded, elements: elements)
    let expected = (0..<3).map { reference.reduce(step: $0) }
    for machines in Self.machines {
      for isEarly in machines.count > 1 ? [false, true] : [false] {
        let outcomes = try ThreadCommunicator.run(machines: machines) { communicator in
          let reducer = try sum.reducer(communicator, rounded: rounded, elements: elements)
          let results = try expected.indices.map {
            try sum.reduce(reducer, elements: elements, step: $0, isEarly: isEarly).map(\.bitPattern)
          }
          return (results, try reducer.residuals?.gather(communicator)?.map { $0.map(\.bitPattern) })
        }
        for (rank, outcome) in outcomes.enumerated() {
          #expect(outcome.0 == expected.map { $0.map(\.bitPattern) }, "rank \(rank) of \(machines), early: \(isEarly)")
          let residuals = reference.residuals.map { $0.map(\.bitPattern) }
          #expect(outcome.1 == (rank == 0 ? residuals : nil), "residuals, \(machines)")
        }
      }
    }
  }

  /// The residuals continue in the same ranks with other shares.
  @Test(arguments: cases) func unevenSharesGiveTheSameBits(_ sum: Case) throws {
    let count = 208
    var reference = Reference(sum, rounded: count, elements: count)
    let expected = (0..<6).map { reference.reduce(step: $0) }
    for machines in [[[0, 1]], [[0], [1], [2]], [[0, 2], [1, 3]], [[0, 1, 2], [3, 4]]] {
      let ranks = machines.joined().count
      let results = try ThreadCommunicator.run(machines: machines) { communicator in
        var residuals: [[Float]] = []
        var results: [[Float]] = []
        for seed in 0..<3 {
          let reducer = try sum.reducer(
            communicator, rounded: count, elements: count,
            shares: randomShares(shards: sum.shards, ranks: ranks, seed: seed))
          if seed > 0 { try reducer.residuals?.scatter(residuals, communicator) }
          for step in 2 * seed..<2 * seed + 2 {
            results.append(try sum.reduce(reducer, elements: count, step: step, isEarly: false))
          }
          residuals = try reducer.residuals?.gather(communicator) ?? []
        }
        return results
      }
      #expect(results.allSatisfy { $0 == expected }, "\(machines)")
    }
  }

  @Test(arguments: cases) func residualsContinueOnOtherMachines(_ sum: Case) throws {
    let count = 208
    var reference = Reference(sum, rounded: count, elements: count)
    let expected = (0..<4).map { reference.reduce(step: $0) }
    for (before, after) in [
      ([[0]], [[0, 1], [2]]), ([[0], [1], [2], [3], [4]], [[0, 1, 2]]), ([[0, 1], [2, 3]], [[0]]),
    ] {
      let left = try ThreadCommunicator.run(machines: before) { communicator in
        let reducer = try sum.reducer(communicator, rounded: count, elements: count)
        for step in 0..<2 { _ = try sum.reduce(reducer, elements: count, step: step, isEarly: false) }
        return try reducer.residuals?.gather(communicator)
      }[0]
      let results = try ThreadCommunicator.run(machines: after) { communicator in
        let reducer = try sum.reducer(communicator, rounded: count, elements: count)
        try reducer.residuals?.scatter(communicator.isRoot ? left ?? [] : [], communicator)
        return try (2..<4).map { try sum.reduce(reducer, elements: count, step: $0, isEarly: false) }
      }
      #expect(results.allSatisfy { $0 == Array(expected[2...]) }, "\(before), then \(after)")
    }
  }

  /// With gradients whose sums are exact: results plus residuals are the whole sum.
  @Test(arguments: cases) func roundingErrorsAreNotLost(_ sum: Case) throws {
    let (count, steps) = (48, 20)
    @Sendable func gradient(_ shard: Int, _ element: Int, _ step: Int) -> Float {
      (sample(shard, element, step) * 1024).rounded() / 1024
    }
    let (results, left) = try ThreadCommunicator.run(machines: [[0, 1], [2]]) { communicator in
      let reducer = try sum.reducer(communicator, rounded: count, elements: count)
      var results = [Float](repeating: 0, count: count)
      for step in 0..<steps {
        for (k, node) in reducer.local.nodes.enumerated() {
          for element in 0..<count {
            reducer.nodes[k * reducer.stride + element] = node.reduce(0) { $0 + gradient($1, element, step) }
          }
        }
        try reducer.reduce()
        for element in 0..<count { results[element] += reducer.result[element] }
      }
      return (results, try reducer.residuals?.gather(communicator) ?? [])
    }[0]
    for element in 0..<count {
      let rest = left.reduce(0) { $0 + $1[element] }
      let all = (0..<steps).reduce(Float(0)) { total, step in
        (0..<sum.shards).reduce(total) { $0 + gradient($1, element, step) }
      }
      #expect(results[element] + rest == all)
    }
    #expect(left.joined().contains { $0 != 0 } == true)
  }

  /// Each machine sends every other one a piece of its node, and a sum: half the bytes if the node is a part.
  @Test(arguments: [(8, 8, 0.5), (8, 2, 0.75), (2, 2, 0.5), (2, 8, 0.75)])
  func aPartTravelsInHalfTheBytes(machines: Int, parts: Int, share: Double) throws {
    func bytes(_ compression: Compression?) throws -> Int {
      let mailboxes = Mailboxes()
      let count = 16 << 10
      let plan = try ReductionPlan(
        SumLayout(elementCount: count, wholeLimit: 0, bucketBytes: 16 << 10, compression: compression),
        tree: ReductionTree(shards: 8, parts: compression.map { _ in parts }), machines: (0..<machines).map { [$0] })
      try TreeSum.reduceByTurns(try TreeSum.onePerRank(plan, mailboxes: mailboxes))
      return mailboxes.sentBytes
    }
    let exact = try bytes(nil)
    #expect(exact == machines * 2 * (machines - 1) * (64 << 10) / machines)
    let compressed = try bytes(Compression(format: .bfloat16, count: 16 << 10))
    #expect(Double(compressed) == share * Double(exact))
  }

  @Test func nonFiniteValuesReachAllRanksAndLeaveNoResidual() throws {
    for format in Compression.Format.allCases {
      let sum = Case(format: format, shards: 4, parts: 4)
      let results = try ThreadCommunicator.run(machines: [[0], [1, 2]]) { communicator in
        let reducer = try sum.reducer(communicator, rounded: 16, elements: 16)
        return try [Float.nan, .infinity, 3e38, 1].map { value in
          for k in reducer.local.nodes.indices { reducer.nodes[k * reducer.stride] = value }
          try reducer.reduce()
          return reducer.result[0]
        }
      }
      for result in results {
        #expect(result[0].isNaN && result[1] == .infinity && result[2] > 60_000)
        #expect(result[3].isFinite)
      }
    }
  }

  @Test func partSizeIsTheSmallestSufficientPowerOfTwo() throws {
    for shards in 1...40 {
      for parts in 1...shards {
        let tree = try ReductionTree(shards: shards, parts: parts)
        let size = tree.partSize
        #expect(tree.partCount <= parts)
        #expect(size == shards || size.nonzeroBitCount == 1)
        #expect(size == 1 || tree.partCount == 1 || (shards + size / 2 - 1) / (size / 2) > parts)
        // Each part is a node of the tree.
        let nodes = allNodes(0..<shards)
        for part in 0..<tree.partCount {
          let node = part * size..<min(shards, (part + 1) * size)
          #expect(nodes.contains(node) && tree.part(node) == part)
        }
        #expect(nodes.count { tree.part($0) != nil } == tree.partCount)
      }
      for parts in [0, shards + 1] {
        #expect(throws: (any Error).self) { try ReductionTree(shards: shards, parts: parts) }
      }
    }
  }
}

extension CompressionTests.Case {
  fileprivate func reducer(
    _ communicator: any Communicator, rounded: Int, elements: Int, shares: ShardShares? = nil
  ) throws -> TreeSum {
    try TreeSum(
      SumLayout(
        elementCount: elements, statusCount: 1, bucketBytes: 1024,
        compression: Compression(format: format, count: rounded)),
      tree: ReductionTree(shards: shards, parts: parts).divided(by: shares), communicator: communicator)
  }

  /// One reduction of samples; with `isEarly`, written in stretches from the end.
  fileprivate func reduce(_ reducer: TreeSum, elements: Int, step: Int, isEarly: Bool) throws -> [Float] {
    let vectors = reducer.local.nodes.map { referenceSum($0, count: elements, step: step) }
    var end = elements
    while end > 0 {
      let start = isEarly ? max(0, end - 300) : 0
      for (k, vector) in vectors.enumerated() {
        for i in start..<end { reducer.nodes[k * reducer.stride + i] = vector[i] }
      }
      if isEarly { try reducer.advance(writtenFrom: start) }
      end = start
    }
    try reducer.reduce()
    return (0..<elements).map { reducer.result[$0] }
  }
}

/// The formula, element by element.
private struct Reference {
  let sum: CompressionTests.Case
  let rounded, elements: Int
  /// One vector for each part, and one for the total.
  var residuals: [[Float]]
  private let partSize: Int

  init(_ sum: CompressionTests.Case, rounded: Int, elements: Int) {
    (self.sum, self.rounded, self.elements) = (sum, rounded, elements)
    var size = 1
    while (sum.shards + size - 1) / size > sum.parts { size *= 2 }
    partSize = size
    residuals = Array(repeating: Array(repeating: 0, count: rounded), count: (sum.shards + size - 1) / size + 1)
  }

  mutating func reduce(step: Int) -> [Float] {
    (0..<elements).map { element in
      guard element < rounded else { return value(of: 0..<sum.shards, element, step, isRounded: false) }
      return round(value(of: 0..<sum.shards, element, step, isRounded: true), residuals.count - 1, element)
    }
  }

  /// A node's sum, its parts rounded.
  private mutating func value(of node: Range<Int>, _ element: Int, _ step: Int, isRounded: Bool) -> Float {
    guard node.count > 1 || isRounded else { return sample(node.lowerBound, element, step) }
    if isRounded, node.count <= partSize {
      return round(value(of: node, element, step, isRounded: false), node.lowerBound / partSize, element)
    }
    let middle = node.lowerBound + largestPowerOfTwo(below: node.count)
    let left = value(of: node.lowerBound..<middle, element, step, isRounded: isRounded)
    return left + value(of: middle..<node.upperBound, element, step, isRounded: isRounded)
  }

  private mutating func round(_ value: Float, _ vector: Int, _ element: Int) -> Float {
    let whole = value + residuals[vector][element]
    let result: Float
    switch sum.format {
    case .float16: result = Float(Float16(whole))
    case .bfloat16:
      let unit = Float(sign: .plus, exponent: whole == 0 ? 0 : whole.exponent - 7, significand: 1)
      result = (whole / unit).rounded(.toNearestOrEven) * unit
    }
    residuals[vector][element] = whole - result
    return result
  }
}
