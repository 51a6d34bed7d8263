import Collectives
import Optimizers

/// All that goes between machines in a step, and by how much it makes the step longer.
///
/// Either gradients are summed during the backward pass. Or the update is divided: then each rank gets the sums of its pieces
/// of the buckets during the pass; after it the partial sums of the gradient's norm go round, 8 bytes for each block of
/// gradients, P in all; then each updates its pieces, and the parameters go to all during the next forward pass. The norm
/// takes as many rounds as short buckets do:
///
///     rounds · α + (n − 1)/n · P β
public struct StepExchange: Equatable, Sendable {
  /// Seconds that the link takes.
  public let seconds: Double
  /// Seconds for which the cores move bytes while they compute.
  public let cores: Double
  /// Seconds of the link in which nothing is computed.
  public let exposed: Double
  /// Bytes that a machine sends, and as many that it gets.
  public let traffic: Double
  /// Bytes of a bucket, about; nil if all goes at once.
  public let bucket: Int?

  /// What `exchange` takes in a step of machines like this one, which divide the update between them or do not.
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

  /// Seconds of the link during the passes.
  public var hidden: Double { max(0, seconds - exposed) }
}
