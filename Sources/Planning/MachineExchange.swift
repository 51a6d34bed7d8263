import Collectives

/// The sum of a bucket of gradients over machines, or half of what it takes: every rank exchanges its part of the bucket with
/// the ranks that have the same part on the other machines.
///
/// Long buckets of b bytes: each of n machines sends every other that one's n-th part of its whole tree nodes (k at most)
/// and adds up its own (reduce-scatter); then it sends that sum to all (allgather). Short ones: in ⌊log₂ n⌋ rounds, and
/// two more where n is no power of two, machines exchange all they know with one other.
///
///     long:   2 α + (k + 1) · (n − 1)/n · b β, and 2 (n − 1) messages
///     short:  rounds · (α + k b β), and a message a round
///
/// Compressed ones go as long ones do, sums in 16 bits a value, and so those of the k nodes, p of them, that are a part:
///
///     2 α + (k − p/2 + 1/2) · (n − 1)/n · b β
///
/// Where the update is divided, gradients are reduce-scattered, and parameters are allgathered in their place, buckets of any
/// length in pieces and parameters in 32 bits:
///
///     reduce-scatter:   α + (k − p/2) · (n − 1)/n · b β, and n − 1 messages
///     allgather:        α + (n − 1)/n · b β, and n − 1 messages
///
/// The ranks of a machine share its way. After Thakur, Rabenseifner & Gropp 2005; Chan et al. 2007 for the model.
public struct MachineExchange: Equatable, Sendable {
  /// What is exchanged.
  public enum Operation: Sendable {
    /// All machines get the sum.
    case allreduce
    /// Each machine gets the sum of its piece.
    case reduceScatter
    /// All machines get the pieces of all.
    case allgather
  }

  /// The machines, n.
  public let machines: Int
  /// The largest number of whole tree nodes that a machine has, k.
  public let treeNodes: Int
  /// How many of these are rounded to 16 bits, p; nil where nothing is compressed.
  public let roundedNodes: Int?
  /// What is exchanged.
  public var operation: Operation
  /// The network.
  public let network: Interconnect

  /// The exchange between machines that have `treeNodes` whole tree nodes of a batch each, at most, `roundedNodes` of
  /// them in 16 bits where gradients are compressed.
  public init(
    machines: Int, treeNodes: Int, roundedNodes: Int? = nil, operation: Operation = .allreduce, network: Interconnect
  ) {
    self.machines = machines
    self.treeNodes = treeNodes
    self.roundedNodes = roundedNodes
    self.operation = operation
    self.network = network
  }

  /// The exchange between machines of `ranks` ranks each, compressed or not.
  /// - Throws: `Failure` (usage) where there are more ranks than shards.
  public init(
    machines: Int, ranks: Int, tree: ReductionTree, isCompressed: Bool = false, network: Interconnect
  ) throws {
    let all = machines * ranks
    let nodes = try (0..<machines).map { machine in
      let first = try tree.shards(ofRank: machine * ranks, of: all).lowerBound
      let last = try tree.shards(ofRank: (machine + 1) * ranks - 1, of: all).upperBound
      let nodes = tree.maximalNodes(in: first..<last)
      return (all: nodes.count, rounded: isCompressed ? nodes.count { tree.part($0) != nil } : 0)
    }
    let most = nodes.max { 2 * $0.all - $0.rounded < 2 * $1.all - $1.rounded } ?? (all: 1, rounded: 0)
    self.init(
      machines: machines, treeNodes: most.all, roundedNodes: isCompressed ? most.rounded : nil, network: network)
  }

  /// Whether a bucket travels in pieces.
  private func isDivided(_ bytes: Int) -> Bool {
    operation != .allreduce || roundedNodes != nil || bytes > ReductionPlan.shortLimit
  }

  /// The rounds in which machines tell each other all they know.
  private var rounds: Int {
    let full = Int.bitWidth - 1 - machines.leadingZeroBitCount
    return machines == 1 << full ? full : full + 2
  }

  /// How many times a piece's bytes go to each other machine, and how many messages.
  private var pieces: (values: Double, messages: Int) {
    let nodes = Double(treeNodes) - Double(roundedNodes ?? 0) / 2
    return switch operation {
    case .allreduce: (nodes + (roundedNodes == nil ? 1 : 0.5), 2)
    case .reduceScatter: (nodes, 1)
    case .allgather: (1, 1)
    }
  }

  /// Bytes that go out of a machine, and as many in, for a bucket of `bytes`.
  public func traffic(_ bytes: Int) -> Double {
    guard isDivided(bytes) else { return Double(rounds * treeNodes * bytes) }
    return pieces.values * Double(machines - 1) / Double(machines) * Double(bytes)
  }

  /// Messages that each rank sends for a bucket of `bytes`.
  public func messages(_ bytes: Int) -> Int {
    isDivided(bytes) ? pieces.messages * (machines - 1) : rounds
  }

  /// Seconds on the network for a bucket of `bytes`.
  public func seconds(_ bytes: Int) -> Double {
    let latencies = machines == 1 ? 0 : isDivided(bytes) ? pieces.messages : rounds
    let rate = operation == .allreduce ? network.secondsPerByte : network.secondsPerPieceByte
    return Double(latencies) * network.latency + traffic(bytes) * rate
  }

  /// Bytes that go out of a machine where all are to know a few `bytes`, of which each knows its part, and the seconds.
  public func spread(_ bytes: Int) -> (traffic: Double, seconds: Double) {
    let traffic = Double(machines - 1) / Double(machines) * Double(bytes)
    return (traffic, Double(rounds) * network.latency + traffic * network.secondsPerByte)
  }

  /// Seconds that the exchange of a bucket of `bytes` takes of each rank's core, with so many ranks on a machine.
  public func coreSeconds(_ bytes: Int, ranks: Int) -> Double {
    2 * traffic(bytes) / Double(ranks) * network.coreSecondsPerByte
      + Double(messages(bytes)) * network.coreSecondsPerMessage
  }
}
