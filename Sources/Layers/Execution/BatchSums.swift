import Collectives

/// Sums over the whole batch, over all ranks' shards, that layers make within their passes.
final class BatchSums {
  /// A layer's sums in its forward and its backward pass.
  struct Pair {
    let forward, backward: TreeSum
  }

  private let tree: ReductionTree
  private let communicator: any Communicator
  private var pairs: [ObjectIdentifier: Pair] = [:]
  /// Runs each sum, in which a rank waits for the others; nil to just run it.
  var waiting: ((_ sum: () throws -> Void) throws -> Void)?

  init(tree: ReductionTree, communicator: any Communicator) {
    self.tree = tree
    self.communicator = communicator
  }

  /// A layer's sums of `count` floats; every rank asks for them in the same order, and the first time they are made.
  func pair(of layer: any Layer, count: Int) throws -> Pair {
    let name = ObjectIdentifier(layer)
    if let made = pairs[name] { return made }
    func make() throws -> TreeSum {
      try TreeSum(SumLayout(elementCount: count), tree: tree, communicator: communicator)
    }
    let made = Pair(forward: try make(), backward: try make())
    pairs[name] = made
    return made
  }

  /// Adds the nodes of all ranks.
  func reduce(_ sum: TreeSum) throws {
    guard let waiting else { return try sum.reduce() }
    try waiting { try sum.reduce() }
  }
}
