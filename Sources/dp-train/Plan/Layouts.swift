import DPTrain

/// Pairs of a number of machines and a number of ranks on each, divided by whether a batch has enough shards.
struct Layouts {
  /// A number of machines and of ranks on each.
  struct Layout: Equatable {
    let machines, ranks: Int
  }

  /// The work of one machine: its ranks, and the number of shards that they share.
  struct Load: Hashable {
    let ranks, shards: Int
  }

  /// The possible layouts, by ascending number of machines.
  let chosen: [Layout]
  /// The layouts with more ranks than shards.
  let refused: [Layout]
  private let shards: Int

  /// Makes all pairs of the numbers.
  /// - Throws: `Failure` (usage) if all of them have more ranks than shards.
  init(machines: [Int], ranksPerMachine: [Int], shards: Int) throws {
    let all = machines.flatMap { machines in ranksPerMachine.map { Layout(machines: machines, ranks: $0) } }
    chosen = all.filter { $0.machines * $0.ranks <= shards }
    refused = all.filter { $0.machines * $0.ranks > shards }
    self.shards = shards
    guard chosen.isEmpty, let least = all.map({ $0.machines * $0.ranks }).min() else { return }
    throw Failure(
      .usage, "\(least) ranks are more than the recipe has shards, \(shards): some would have nothing to do",
      advice: "choose fewer, or add shards=\(least) (which changes the results)")
  }

  /// The load of the machine with the most shards.
  func load(of layout: Layout) -> Load {
    let all = layout.machines * layout.ranks
    let counts = (0..<layout.machines).map { machine in
      (machine + 1) * layout.ranks * shards / all - machine * layout.ranks * shards / all
    }
    return Load(ranks: layout.ranks, shards: counts.max() ?? shards)
  }

  /// One rank with all shards, the base of the comparison.
  var single: Load { Load(ranks: 1, shards: shards) }

  /// All loads to measure, without duplicates.
  var loads: [Load] {
    Set(chosen.map(load) + [single]).sorted { ($0.ranks, $1.shards) < ($1.ranks, $0.shards) }
  }
}
