/// A message with a stripe of the tree nodes of consecutive machines, and possibly their status words.
final class NodeParcel {
  let machines: Range<Int>
  let nodes: [Range<Int>]
  let statusCount: Int
  private let length: Int
  private let memory: UnsafeMutablePointer<Float>

  init(machines: Range<Int>, _ place: ExchangePlace) {
    self.machines = machines
    nodes = place.plan.nodes(ofMachines: machines)
    length = place.elements.count
    let ranks = place.plan.machines[machines].reduce(0) { $0 + $1.count }
    statusCount = place.bucket.carriesStatus ? ranks * place.plan.layout.statusCount : 0
    memory = allocateFloats(nodes.count * length + statusCount * 2)
  }

  deinit {
    memory.deallocate()
  }

  /// A node's values.
  func values(_ node: Int) -> UnsafeMutablePointer<Float> { memory + node * length }

  /// All nodes.
  var nodeValues: [NodeValues] {
    nodes.indices.map { NodeValues(node: nodes[$0], values: .floats(values($0))) }
  }

  /// The status words, after the values: machine by machine, rank by rank.
  var status: UnsafeMutablePointer<Double> {
    UnsafeMutableRawPointer(values(nodes.count)).assumingMemoryBound(to: Double.self)
  }

  /// The message's bytes.
  var bytes: UnsafeMutableRawBufferPointer { memory.bytes(nodes.count * length + statusCount * 2) }

  /// Computes the nodes' sums, whose vectors begin with the stripe.
  func fill(_ sums: [TreeJoin]) {
    for (index, sum) in sums.enumerated() { sum.run(into: values(index), offset: 0, count: length) }
  }
}

/// Merges two parcels into one.
struct ParcelMerge {
  /// The merged parcel.
  let both: NodeParcel
  private let lower, upper: NodeParcel
  private let sums: [TreeJoin]

  /// Merges two parcels, in either order.
  init(_ one: NodeParcel, _ other: NodeParcel, _ place: ExchangePlace) {
    (lower, upper) = one.machines.lowerBound < other.machines.lowerBound ? (one, other) : (other, one)
    both = NodeParcel(machines: lower.machines.lowerBound..<upper.machines.upperBound, place)
    let nodes = lower.nodeValues + upper.nodeValues
    sums = both.nodes.map { TreeJoin(nodes, to: $0) }
  }

  func run() {
    both.fill(sums)
    both.status.update(from: lower.status, count: lower.statusCount)
    (both.status + lower.statusCount).update(from: upper.status, count: upper.statusCount)
  }
}
