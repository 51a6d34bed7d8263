import DPTrain

/// Numbers of machines and of ranks on each, as far as a batch has shards for them.
struct Layouts {
  /// Some machines with some ranks each.
  struct Layout: Equatable {
    let machines, ranks: Int
  }

  /// What one machine has to do: its ranks, with all their shards.
  struct Load: Hashable {
    let ranks, shards: Int
  }

  /// Those that can be, machines ascending.
  let chosen: [Layout]
  /// Those with more ranks than shards.
  let refused: [Layout]
  private let shards: Int

  /// All pairs of numbers.
  /// - Throws: `Failure` (usage) if each has more ranks than shards.
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

  /// What the machine has to do that has most shards.
  func load(of layout: Layout) -> Load {
    let all = layout.machines * layout.ranks
    let counts = (0..<layout.machines).map { machine in
      (machine + 1) * layout.ranks * shards / all - machine * layout.ranks * shards / all
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
