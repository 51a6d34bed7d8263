import Collectives

/// The time and traffic of one bucket's exchange between machines: an allreduce, or one of its halves. Every rank exchanges
/// its stripe of the bucket with the ranks of the other machines that have the same stripe.
///
/// A long bucket of b bytes: each of n machines has up to k whole tree nodes and sends every other machine that one's
/// piece of them, an n-th. Each adds its own piece (reduce-scatter) and sends the sum to all (allgather). A short bucket:
/// in ⌊log₂ n⌋ rounds, and two more if n is no power of two, pairs of machines exchange all the sums they have.
///
///     long:   2 α + (k + 1) · (n − 1)/n · b β, and 2 (n − 1) messages
///     short:  rounds · (α + k b β), and a message a round
///
/// A compressed bucket is exchanged like a long one. Sums have 16 bits a value, and so have the p of the k nodes that are
/// parts:
///
///     2 α + (k − p/2 + 1/2) · (n − 1)/n · b β
///
/// With a divided update, gradients are reduce-scattered and parameters are allgathered, both in pieces at any length, the
/// parameters in 32 bits:
///
///     reduce-scatter:   α + (k − p/2) · (n − 1)/n · b β, and n − 1 messages
///     allgather:        α + (n − 1)/n · b β, and n − 1 messages
///
/// The ranks of a machine share its link. After Thakur, Rabenseifner & Gropp 2005; Chan et al. 2007 for the model.
public struct MachineExchange: Equatable, Sendable {
  /// The kind of exchange.
  public enum Operation: Sendable {
    /// All machines get the sum.
    case allreduce
    /// Each machine gets the sum of its piece.
    case reduceScatter
    /// All machines get the pieces of all.
    case allgather
  }

  /// The number of machines, n.
  public let machines: Int
  /// The largest number of whole tree nodes of a machine, k.
  public let treeNodes: Int
  /// The number of these that are rounded to 16 bits, p; nil without compression.
  public let roundedNodes: Int?
  /// The kind of exchange.
  public var operation: Operation
  /// The link between the machines.
  public let link: LinkModel

  /// The exchange between machines with at most `treeNodes` whole tree nodes each, `roundedNodes` of them in 16 bits.
  public init(
    machines: Int, treeNodes: Int, roundedNodes: Int? = nil, operation: Operation = .allreduce, link: LinkModel
  ) {
    self.machines = machines
    self.treeNodes = treeNodes
    self.roundedNodes = roundedNodes
    self.operation = operation
    self.link = link
  }

  /// The exchange between machines of `ranks` ranks each, compressed or not.
  /// - Throws: `Failure` (usage) if there are more ranks than shards.
  public init(
    machines: Int, ranks: Int, tree: ReductionTree, isCompressed: Bool = false, link: LinkModel
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
      machines: machines, treeNodes: most.all, roundedNodes: isCompressed ? most.rounded : nil, link: link)
  }

  /// Whether a bucket travels in pieces.
  private func isDivided(_ bytes: Int) -> Bool {
    operation != .allreduce || roundedNodes != nil || bytes > ReductionPlan.shortLimit
  }

  /// The number of rounds of a short bucket's exchange.
  private var rounds: Int {
    let full = Int.bitWidth - 1 - machines.leadingZeroBitCount
    return machines == 1 << full ? full : full + 2
  }

  /// How many times a piece's bytes go to each other machine, and in how many messages.
  private var pieces: (values: Double, messages: Int) {
    let nodes = Double(treeNodes) - Double(roundedNodes ?? 0) / 2
    return switch operation {
    case .allreduce: (nodes + (roundedNodes == nil ? 1 : 0.5), 2)
    case .reduceScatter: (nodes, 1)
    case .allgather: (1, 1)
    }
  }

  /// Bytes that a machine sends for a bucket of `bytes`; it receives as many.
  public func traffic(_ bytes: Int) -> Double {
    guard isDivided(bytes) else { return Double(rounds * treeNodes * bytes) }
    return pieces.values * Double(machines - 1) / Double(machines) * Double(bytes)
  }

  /// Messages that each rank sends for a bucket of `bytes`.
  public func messages(_ bytes: Int) -> Int {
    isDivided(bytes) ? pieces.messages * (machines - 1) : rounds
  }

  /// Seconds on the link for a bucket of `bytes`.
  public func seconds(_ bytes: Int) -> Double {
    let latencies = machines == 1 ? 0 : isDivided(bytes) ? pieces.messages : rounds
    let rate = operation == .allreduce ? link.secondsPerByte : link.secondsPerPieceByte
    return Double(latencies) * link.latency + traffic(bytes) * rate
  }

  /// The traffic and the seconds of a short allgather: each machine has a share of `bytes`, and all get all.
  public func spread(_ bytes: Int) -> (traffic: Double, seconds: Double) {
    let traffic = Double(machines - 1) / Double(machines) * Double(bytes)
    return (traffic, Double(rounds) * link.latency + traffic * link.secondsPerByte)
  }

  /// Seconds of each rank's core for a bucket of `bytes`, with `ranks` ranks on a machine.
  public func coreSeconds(_ bytes: Int, ranks: Int) -> Double {
    2 * traffic(bytes) / Double(ranks) * link.coreSecondsPerByte
      + Double(messages(bytes)) * link.coreSecondsPerMessage
  }
}
