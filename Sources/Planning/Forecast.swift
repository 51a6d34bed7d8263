import Collectives

/// What a step is expected to take on some machines with some ranks each.
///
///     step = E[max over machines of a machine's step] + what the exchange takes of the ranks' cores
///            + the exchange's end after the backward pass, and what the forward pass waits for parameters
///
/// A machine's step is measured, with as many ranks and shards as the machine has that has most of them. All machines are
/// taken to be alike.
public struct Forecast: Equatable, Sendable {
  /// The machines.
  public let machines: Int
  /// The ranks of each.
  public let ranksPerMachine: Int
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
  /// Those that pass during the backward or the forward pass.
  public let hidden: Double
  /// Bytes of the buckets in which gradients and parameters go between machines; nil if they do not, or go all at once.
  public let bucket: Int?
  /// Bytes that a machine sends in a step, and as many that it gets.
  public let traffic: Double
  /// Whether machines divide the update between them.
  public let dividesUpdate: Bool

  /// The forecast for `machines` machines like the one that was measured.
  /// - Throws: `Failure` (usage) if there are more ranks than shards.
  public init(_ machine: Machine, machines: Int, _ work: Workload, link: LinkModel) throws {
    let alone = machine.step.mean
    let slowest = machine.step.expectedMaximum(of: machines)
    let ofBuckets = try MachineExchange(
      machines: machines, ranks: machine.ranks, tree: work.tree, isCompressed: work.isCompressed, link: link)
    let exchange = machines == 1 ? nil : StepExchange(machine, ofBuckets, dividesUpdate: work.dividesUpdate)
    let exchanging = exchange.map { $0.cores + $0.exposed } ?? 0
    // The other machines may have fewer shards.
    let share = Double(work.tree.shardCount) / Double(machines) / Double(machine.shards)
    let idle = max(0, 1 - share) * max(0, alone - machine.waiting - machine.reduction)

    self.machines = machines
    ranksPerMachine = machine.ranks
    step = slowest + exchanging
    samplesPerSecond = Double(work.batch) / step
    waiting = machine.waiting + (slowest - alone) + idle
    communication = machine.reduction + exchanging
    machineStep = alone
    self.exchange = exchange?.seconds ?? 0
    hidden = exchange?.hidden ?? 0
    bucket = exchange?.bucket
    traffic = exchange?.traffic ?? 0
    dividesUpdate = machines > 1 && work.dividesUpdate
  }

  /// All ranks.
  public var ranks: Int { machines * ranksPerMachine }

  /// How many times as many samples a second as one rank, for each rank.
  public var efficiency: Double { speedup / Double(ranks) }

  /// The same with the speed-up over one rank that does `samplesPerSecond`.
  public func compared(toOneRank samplesPerSecond: Double) -> Forecast {
    var result = self
    result.speedup = self.samplesPerSecond / samplesPerSecond
    return result
  }
}
