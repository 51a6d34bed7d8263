import Collectives

/// The sum of gradients over machines: every rank exchanges its slice with its peers on the other machines.
///
/// With n machines of r ranks each, every rank has a slice of V/r bytes of the whole tree nodes of its machine, k at
/// most. It sends each peer that peer's n-th part of each node and gets its own (reduce-scatter); then it sends its part
/// of the sum to all peers and gets theirs (allgather). Through each machine's network go
///
///     (k + 1) · (n − 1)/n · V bytes,  in 2 α + (k + 1) · (n − 1)/n · V · β seconds
///
/// the ranks of a machine sharing its way. After Thakur, Rabenseifner & Gropp 2005, and Chan et al. 2007 for the model.
public struct Exchange: Equatable, Sendable {
  /// The machines, n.
  public let machines: Int
  /// The largest number of whole tree nodes that a machine has, k.
  public let treeNodes: Int
  /// The network.
  public let network: Network

  /// The exchange between machines that have `treeNodes` whole tree nodes of a batch each, at most.
  public init(machines: Int, treeNodes: Int, network: Network) {
    self.machines = machines
    self.treeNodes = treeNodes
    self.network = network
  }

  /// The exchange between machines of `ranks` ranks each.
  /// - Throws: `Failure` (usage) where there are more ranks than shards.
  public init(machines: Int, ranks: Int, tree: ReductionTree, network: Network) throws {
    let all = machines * ranks
    let counts = try (0..<machines).map { machine in
      let first = try tree.shards(ofRank: machine * ranks, of: all).lowerBound
      let last = try tree.shards(ofRank: (machine + 1) * ranks - 1, of: all).upperBound
      return tree.maximalNodes(in: first..<last).count
    }
    self.init(machines: machines, treeNodes: counts.max() ?? 1, network: network)
  }

  /// Bytes that go out of a machine, and as many in, for gradients of `bytes`.
  public func traffic(_ bytes: Int) -> Double {
    Double(treeNodes + 1) * Double(machines - 1) / Double(machines) * Double(bytes)
  }

  /// Seconds on the network for gradients of `bytes`.
  public func seconds(_ bytes: Int) -> Double {
    machines == 1 ? 0 : 2 * network.latency + traffic(bytes) * network.secondsPerByte
  }

  /// Seconds of each rank's core, of `ranks` on a machine, for gradients of `bytes`.
  public func coreSeconds(_ bytes: Int, ranks: Int) -> Double {
    2 * traffic(bytes) / Double(ranks) * network.coreSecondsPerByte
  }
}
