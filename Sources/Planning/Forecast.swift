import Collectives

/// The forecast of a step's time on a number of machines with a number of ranks on each.
///
///     step = E[max over machines of a machine's step] + the exchange's time on the ranks' cores
///            + the exchange after the backward pass + the forward pass's waiting for parameters
///
/// A machine's step is measured with the ranks and shards of the machine that has the most shards. All machines count as
/// equally fast.
public struct Forecast: Equatable, Sendable {
  /// The number of machines.
  public let machines: Int
  /// The number of ranks on each.
  public let ranksPerMachine: Int
  /// Seconds of a step.
  public let step: Double
  /// Samples a second of all ranks together.
  public let samplesPerSecond: Double
  /// The ratio of samples a second to that of one rank.
  public private(set) var speedup = 1.0
  /// Seconds of waiting for ranks that are slower or have more shards; mean over ranks.
  public let waiting: Double
  /// Seconds in which a rank does not compute, but exchanges and adds gradients or waits for parameters.
  public let communication: Double
  /// Mean seconds of a step of one machine alone.
  public let machineStep: Double
  /// Seconds of the exchange between machines.
  public let exchange: Double
  /// Seconds of the exchange that overlap with the passes.
  public let hidden: Double
  /// Bytes of a bucket; nil if there is one machine or one bucket.
  public let bucket: Int?
  /// Bytes that a machine sends in a step; it receives as many.
  public let traffic: Double
  /// Whether the machines divide the update.
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

  /// The number of all ranks.
  public var ranks: Int { machines * ranksPerMachine }

  /// The speed-up divided by the number of ranks.
  public var efficiency: Double { speedup / Double(ranks) }

  /// This forecast with the speed-up over one rank that trains `samplesPerSecond`.
  public func compared(toOneRank samplesPerSecond: Double) -> Forecast {
    var result = self
    result.speedup = self.samplesPerSecond / samplesPerSecond
    return result
  }
}
