import Collectives
import Optimizers

/// All exchanges between machines in a step, and the time that they add to it.
///
/// Without a divided update, gradients are summed during the backward pass. With one, each rank gets the sums of its pieces
/// of the buckets during that pass. Then the partial sums of the gradient's norm are allgathered: 8 bytes for each block of
/// gradients, P in all. Each rank updates its pieces, and the parameters go to all during the next forward pass. The norm
/// takes as many rounds as a short bucket:
///
///     rounds · α + (n − 1)/n · P β
public struct StepExchange: Equatable, Sendable {
  /// Seconds of all exchanges on the link.
  public let seconds: Double
  /// Seconds by which moving bytes makes the passes longer.
  public let cores: Double
  /// Seconds of the link in which the step waits.
  public let exposed: Double
  /// Bytes that a machine sends; it receives as many.
  public let traffic: Double
  /// About the bytes of a bucket; nil if there is only one.
  public let bucket: Int?

  /// The exchanges of a step of machines like this one, with or without a divided update.
  public init(_ machine: Machine, _ exchange: MachineExchange, dividesUpdate: Bool) {
    let link = exchange.link
    let size = link.speed.bucketBytes
    let buckets =
      dividesUpdate ? machine.buckets(size: size, grain: BlockSums.blockLength) : machine.buckets(size: size)
    var (sums, parameters) = (exchange, exchange)
    if dividesUpdate { (sums.operation, parameters.operation) = (.reduceScatter, .allgather) }
    func transfers(_ buckets: [Int], _ exchange: MachineExchange) -> [Transfer] {
      buckets.map { exchange.transfer($0, ranks: machine.ranks) }
    }
    let backward = transfers(buckets, sums)
    let during = BackwardOverlap(machine.backward, backward)
    bucket = buckets.count < 2 ? nil : size
    guard dividesUpdate else {
      seconds = backward.reduce(0) { $0 + $1.seconds }
      (cores, exposed) = (during.cores, during.exposed)
      traffic = buckets.reduce(0) { $0 + sums.traffic($1) }
      return
    }
    let forward = transfers(buckets.reversed(), parameters)
    let after = ForwardOverlap(machine.forward, forward)
    let block = BlockSums.blockLength * MemoryLayout<Float>.size
    let blocks = (machine.gradientBytes + block - 1) / block
    let norm = exchange.spread(blocks * MemoryLayout<Double>.size)
    seconds = (backward + forward).reduce(norm.seconds) { $0 + $1.seconds }
    cores = during.cores + after.cores
    exposed = during.exposed + norm.seconds + after.exposed
    traffic = buckets.reduce(norm.traffic) { $0 + sums.traffic($1) + parameters.traffic($1) }
  }

  /// Seconds of the link that overlap with the passes.
  public var hidden: Double { max(0, seconds - exposed) }
}
