import CMPIShim

/// The memory that the ranks of a machine share for a reduction.
///
/// Each rank's area begins with its status words, twice: sums use them in turn, so that a rank that is ahead does not
/// overwrite words that another still reads. Its tree nodes follow; if every rank sums everything, they are there twice too.
/// The first rank's area also has the counters, all ranks' status words, the result, and the shared values.
struct ReductionMemory {
  /// Offsets in a rank's area, in bytes.
  private struct Offsets {
    /// The length of what is there twice.
    let turnBytes: Int
    let nodes: Int
    let counters: Int
    let status: Int
    let result: Int
    let values: Int
    let end: Int

    init(_ plan: ReductionPlan, rank: Int) {
      func statusBytes(ofRanks ranks: Int) -> Int {
        (ranks * plan.layout.statusCount * MemoryLayout<Double>.size + 63) / 64 * 64
      }
      let nodeBytes = plan.rankNodes[rank].count * plan.stride * floatSize
      turnBytes = statusBytes(ofRanks: 1) + (plan.isWhole ? nodeBytes : 0)
      nodes = plan.isWhole ? statusBytes(ofRanks: 1) : 2 * turnBytes
      counters = 2 * turnBytes + (plan.isWhole ? 0 : nodeBytes)
      status = counters + Count.allCases.count * plan.buckets.count * MemoryLayout<dpt_counter>.size
      result = status + (plan.machines.count > 1 ? statusBytes(ofRanks: plan.ranks) : 0)
      values = result + (plan.isWhole || plan.isSum ? 0 : plan.stride * floatSize)
      let isFirst = plan.machines.contains { $0[0] == rank }
      // Kernels may read a cache line after the values.
      let shared = plan.layout.scatter.map { ($0.count + ReductionPlan.grain) * floatSize } ?? 0
      end = isFirst ? values + shared : counters
    }
  }

  private let shared: SharedMemory
  private let plan: ReductionPlan
  private let ranks: [Int]
  private let offsets: [Offsets]

  /// Lays out the memory of one machine.
  init(_ shared: SharedMemory, plan: ReductionPlan, machine: Int) {
    self.shared = shared
    self.plan = plan
    ranks = plan.machines[machine]
    offsets = ranks.map { Offsets(plan, rank: $0) }
    precondition(zip(offsets, shared.areas).allSatisfy { $1.count >= $0.end }, "each rank has its area")
  }

  /// The bytes of a rank's area.
  static func byteCount(_ plan: ReductionPlan, rank: Int) -> Int { Offsets(plan, rank: rank).end }

  private func address<T>(_ place: Int, _ offset: Int, as type: T.Type) -> UnsafeMutablePointer<T> {
    guard let base = shared.areas[place].baseAddress else { preconditionFailure("shared memory has an address") }
    return (base + offset).assumingMemoryBound(to: type)
  }

  /// The nodes of the machine's rank at a place; those of a turn if every rank sums everything.
  func nodes(_ place: Int, turn: Int = 0) -> UnsafeMutablePointer<Float> {
    address(place, offsets[place].nodes + turn * offsets[place].turnBytes, as: Float.self)
  }

  /// All nodes of the machine's ranks, with values from `element` on.
  func nodeValues(from element: Int = 0, turn: Int = 0) -> [NodeValues] {
    ranks.indices.flatMap { place in
      plan.rankNodes[ranks[place]].enumerated().map { index, node in
        NodeValues(node: node, values: .floats(nodes(place, turn: turn) + index * plan.stride + element))
      }
    }
  }

  /// The status words of the machine's rank at a place.
  func status(_ place: Int, turn: Int) -> UnsafeMutablePointer<Double> {
    address(place, turn * offsets[place].turnBytes, as: Double.self)
  }

  /// The status words of all ranks, machine by machine, if there are several machines.
  var status: UnsafeMutablePointer<Double> { address(0, offsets[0].status, as: Double.self) }

  /// Copies all ranks' status words to `words` by rank: those of a turn, or those that came from other machines.
  func collectStatus(into words: UnsafeMutablePointer<Double>, turn: Int) {
    let count = plan.layout.statusCount
    if plan.machines.count == 1 {
      for neighbour in ranks.indices {
        (words + neighbour * count).update(from: status(neighbour, turn: turn), count: count)
      }
      return
    }
    var next = UnsafePointer(status)
    for rank in plan.machines.joined() {
      (words + rank * count).update(from: next, count: count)
      next += count
    }
  }

  /// The counters of each bucket.
  enum Count: Int, CaseIterable {
    /// The ranks that have written their nodes.
    case written
    /// The stripes whose sums are complete.
    case joined
    /// The stripes whose shared values have arrived.
    case arrived
  }

  /// A bucket's counter of ranks or stripes.
  func counter(ofBucket bucket: Int, _ count: Count) -> UnsafeMutablePointer<dpt_counter> {
    address(0, offsets[0].counters, as: dpt_counter.self) + Count.allCases.count * bucket + count.rawValue
  }

  /// The sum; a single rank's node if that is the sum.
  var result: UnsafeMutablePointer<Float> {
    plan.isSum ? nodes(0) : address(0, offsets[0].result, as: Float.self)
  }

  /// The values that the ranks compute from scattered sums and share.
  var values: UnsafeMutablePointer<Float> { address(0, offsets[0].values, as: Float.self) }
}
