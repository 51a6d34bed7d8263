import DPTrain
import Foundation

/// Times sums over all ranks: by the tree, by the tree in bfloat16, and by MPI_Allreduce.
struct AllreduceBenchmark {
  /// The measured times, a row for each length.
  struct Result: Encodable {
    /// Median milliseconds of a sum of `bytes` per rank, as rank 0 sees them.
    struct Row: Encodable {
      let bytes: Int
      let treeMs, bfloat16Ms, nativeMs: Double
    }

    let ranks, machines: Int
    let rows: [Row]

    /// The result as one line of JSON.
    func json() throws -> String {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// The result as a table.
    var text: String {
      let table = rows.map { row in
        [
          Format.bytes(row.bytes), String(format: "%.4f", row.treeMs), String(format: "%.4f", row.bfloat16Ms),
          String(format: "%.4f", row.nativeMs), String(format: "%.2f", row.nativeMs / row.treeMs),
        ]
      }
      return "\(counted(ranks, "rank")), \(counted(machines, "machine"))\n"
        + Format.table(
          [["length", "tree, ms", "bfloat16, ms", "MPI_Allreduce, ms", "ratio"]] + table, right: [0, 1, 2, 3, 4])
    }
  }

  private static let lengths = [4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20, 25 << 20, 64 << 20]
  private static let rounds = 9

  /// Measures all lengths. Every rank calls it.
  func run(_ communicator: any Communicator) throws -> Result {
    Result(
      ranks: communicator.size, machines: communicator.machines.count,
      rows: try Self.lengths.map { try measure(bytes: $0, communicator) })
  }

  /// Measures one length. The three sums take turns, so that other load on the machine affects them alike. Values are
  /// rewritten before each sum, as a backward pass does, so that caches hold no earlier reads.
  private func measure(bytes: Int, _ communicator: any Communicator) throws -> Result.Row {
    let count = bytes / MemoryLayout<Float>.size
    let exact = try TreeSum(
      SumLayout(elementCount: count, statusCount: 1), tree: ReductionTree(shards: communicator.size),
      communicator: communicator)
    // One part per machine is fastest.
    let compressed = try TreeSum(
      SumLayout(
        elementCount: count, statusCount: 1, compression: Compression(format: .bfloat16, count: count)),
      tree: ReductionTree(shards: communicator.size, parts: communicator.machines.count), communicator: communicator)
    let values = try FloatBuffer(count: count)
    let repetitions = max(2, min(500, (4 << 20) / bytes))
    func time(_ target: UnsafeMutablePointer<Float>, _ sum: () throws -> Void) throws -> Double {
      var seconds = 0.0
      try communicator.barrier()
      for _ in 0..<repetitions {
        target.update(repeating: 1, count: count)
        let start = monotonicSeconds()
        try sum()
        seconds += monotonicSeconds() - start
      }
      return seconds / Double(repetitions) * 1e3
    }
    var (tree, bfloat16, native): ([Double], [Double], [Double]) = ([], [], [])
    for round in 0...Self.rounds {
      let byTree = try time(exact.nodes) { try exact.reduce() }
      let byCompression = try time(compressed.nodes) { try compressed.reduce() }
      let byMPI = try time(values.base) { try communicator.sum(values.floats) }
      // The first round warms up.
      guard round > 0 else { continue }
      tree.append(byTree)
      bfloat16.append(byCompression)
      native.append(byMPI)
    }
    func median(_ times: [Double]) -> Double { times.sorted()[Self.rounds / 2] }
    return Result.Row(bytes: bytes, treeMs: median(tree), bfloat16Ms: median(bfloat16), nativeMs: median(native))
  }
}
