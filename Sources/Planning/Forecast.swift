import Collectives

/// What a step is expected to take on so many machines with so many ranks each.
///
///     step = E[max over machines of a machine's step] + the ranks' cores' part in the exchange
///            + the exchange's end after the backward pass, and what the forward pass waits for parameters
///
/// A machine's step is measured, with as many ranks and shards as the machine has that has most of them. All machines are
/// taken to be alike.
public struct Forecast: Equatable, Sendable {
  /// The machines.
  public let nodes: Int
  /// The ranks of each.
  public let ranksPerNode: Int
  /// Seconds of a step.
  public let step: Double
  /// Samples a second, all together.
  public let samplesPerSecond: Double
  /// How many times as many samples a second as one rank.
  public private(set) var speedup = 1.0
  /// Seconds in which a rank waits for slower ones, or for ones with more shards; mean over ranks.
  public let waiting: Double
  /// Seconds in which a rank exchanges and adds gradients, or waits for parameters, and does not compute.
  public let communication: Double
  /// Seconds of a machine's step by itself, mean.
  public let machineStep: Double
  /// Seconds of the exchange between machines.
  public let exchange: Double
  /// Those that pass while the backward or the forward pass goes on.
  public let hidden: Double
  /// Bytes of the buckets in which gradients and parameters go between machines; nil where they do not, or go all at once.
  public let bucket: Int?
  /// Bytes that a machine sends in a step, and as many that it gets.
  public let traffic: Double
  /// Whether machines divide the update between them.
  public let dividesUpdate: Bool

  /// The forecast for `nodes` machines like the one that was measured.
  /// - Throws: `Failure` (usage) where there are more ranks than shards.
  public init(_ machine: Machine, nodes: Int, _ work: Workload, network: Interconnect) throws {
    let alone = machine.step.mean
    let slowest = machine.step.expectedMaximum(of: nodes)
    let machines = try MachineExchange(
      machines: nodes, ranks: machine.ranks, tree: work.tree, isCompressed: work.isCompressed, network: network)
    let exchange =
      nodes == 1 ? nil : StepExchange(machine, machines, dividesUpdate: work.dividesUpdate)
    let exchanging = exchange.map { $0.cores + $0.exposed } ?? 0
    // The other machines may have fewer shards.
    let share = Double(work.tree.shardCount) / Double(nodes) / Double(machine.shards)
    let idle = max(0, 1 - share) * max(0, alone - machine.waiting - machine.reduction)

    self.nodes = nodes
    ranksPerNode = machine.ranks
    step = slowest + exchanging
    samplesPerSecond = Double(work.batch) / step
    waiting = machine.waiting + (slowest - alone) + idle
    communication = machine.reduction + exchanging
    machineStep = alone
    self.exchange = exchange?.seconds ?? 0
    hidden = exchange?.hidden ?? 0
    bucket = exchange?.bucket
    traffic = exchange?.traffic ?? 0
    dividesUpdate = nodes > 1 && work.dividesUpdate
  }

  /// All ranks.
  public var ranks: Int { nodes * ranksPerNode }

  /// How many times as many samples a second as one rank, for each rank.
  public var efficiency: Double { speedup / Double(ranks) }

  /// The same with the speed-up over one rank that does `samplesPerSecond`.
  public func compared(toOneRank samplesPerSecond: Double) -> Forecast {
    var result = self
    result.speedup = self.samplesPerSecond / samplesPerSecond
    return result
  }
}
