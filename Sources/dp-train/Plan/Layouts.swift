import DPTrain

/// Numbers of machines and of ranks on each, as far as a batch has shards for them.
struct Layouts {
  /// So many machines with so many ranks each.
  struct Layout: Equatable {
    let nodes, ranks: Int
  }

  /// What one machine has to do: so many ranks, with so many shards together.
  struct Load: Hashable {
    let ranks, shards: Int
  }

  /// Those that can be, machines ascending.
  let chosen: [Layout]
  /// Those with more ranks than shards.
  let refused: [Layout]
  private let shards: Int

  /// All pairs of numbers.
  /// - Throws: `Failure` (usage) where each has more ranks than shards.
  init(nodes: [Int], ranksPerNode: [Int], shards: Int) throws {
    let all = nodes.flatMap { nodes in ranksPerNode.map { Layout(nodes: nodes, ranks: $0) } }
    chosen = all.filter { $0.nodes * $0.ranks <= shards }
    refused = all.filter { $0.nodes * $0.ranks > shards }
    self.shards = shards
    guard chosen.isEmpty, let least = all.map({ $0.nodes * $0.ranks }).min() else { return }
    throw Failure(
      .usage, "\(least) ranks are more than the recipe has shards, \(shards): some would have nothing to do",
      advice: "choose fewer, or add shards=\(least) (which changes the results)")
  }

  /// What the machine has to do that has most shards.
  func load(of layout: Layout) -> Load {
    let all = layout.nodes * layout.ranks
    let counts = (0..<layout.nodes).map { node in
      (node + 1) * layout.ranks * shards / all - node * layout.ranks * shards / all
    }
    return Load(ranks: layout.ranks, shards: counts.max() ?? shards)
  }

  /// One rank with all shards, to compare with.
  var single: Load { Load(ranks: 1, shards: shards) }

  /// Each that has to be measured, once.
  var loads: [Load] {
    Set(chosen.map(load) + [single]).sorted { ($0.ranks, $1.shards) < ($1.ranks, $0.shards) }
  }
}
