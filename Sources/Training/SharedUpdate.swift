import Collectives
import Diagnostics
import Layers
import Optimizers
import Tensors

/// Whether the ranks of a machine share out the update of the weights.
public enum OptimizerSharding: String, CaseIterable, Sendable {
  /// Where it pays: where there are several ranks on a machine, and not too few parameters.
  case auto
  /// Wherever ranks can share memory.
  case always
  /// Each rank makes the whole update.
  case never
}

/// The update of the weights shared out among the ranks of a machine: each updates a slice of the parameters, which lie
/// with the optimizer's state in memory that all of them use. So a machine keeps one copy of both, and nothing is sent.
///
/// The slices are cut between blocks of the norms' sums, so the bits are those of one rank's update.
final class SharedUpdate {
  /// Fewer parameters than this are updated sooner than ranks meet.
  private static let worthwhileCount = 32 << 10

  /// The values that this rank updates.
  let slice: Range<Int>
  private let slices: [Range<Int>]
  /// The whole optimizer's state.
  let state: [OptimizerState]
  /// The mean gradients of all parameters; each rank writes its slice.
  let gradients: FloatBuffer
  private let ranks: Neighbourhood
  private let norm: BlockSums
  private let partials: UnsafeMutablePointer<Double>
  private let partialCount: Int
  private var gatherings = 0

  /// Shares out the update of an experiment among the ranks of each machine; every rank calls it. Nil where each is to
  /// make the whole update, or memory cannot be shared.
  static func make(_ experiment: Experiment, _ communicator: any Communicator) throws -> SharedUpdate? {
    let count = experiment.model.values.count
    let hasNeighbours = communicator.machines.contains { $0.count > 1 }
    switch experiment.settings.optimizerSharding {
    case .never: return nil
    case .auto: guard hasNeighbours, count >= worthwhileCount else { return nil }
    case .always: guard hasNeighbours else { return nil }
    }
    let layout = Layout(experiment)
    guard let ranks = try Neighbourhood.find(communicator, byteCount: layout.byteCount) else { return nil }
    return try SharedUpdate(experiment, ranks, layout)
  }

  private init(_ experiment: Experiment, _ ranks: Neighbourhood, _ layout: Layout) throws {
    let (model, optimizer) = (experiment.model, experiment.optimizer)
    let count = model.values.count
    self.ranks = ranks
    let blocks = (count + BlockSums.grain - 1) / BlockSums.grain
    func start(_ place: Int) -> Int { min(count, blocks * place / ranks.count * BlockSums.grain) }
    let slice = start(ranks.place)..<start(ranks.place + 1)
    self.slice = slice
    slices = [slice]
    norm = BlockSums(segments: [0..<count])
    partialCount = layout.partialCount
    partials = ranks.memory.assumingMemoryBound(to: Double.self)

    func vector(_ index: Int) -> UnsafeMutablePointer<Float> {
      (ranks.memory + layout.start(ofVector: index)).assumingMemoryBound(to: Float.self)
    }
    gradients = FloatBuffer(lending: vector(1), count: count, of: ranks)
    if ranks.place == 0 { vector(0).update(from: model.values.base, count: count) }
    let names = optimizer.state.map(\.name)
    try optimizer.restrict(to: [slice])
    for (index, part) in optimizer.state.enumerated() {
      (vector(2 + index) + slice.lowerBound).update(from: part.values.base, count: slice.count)
    }
    try ranks.meet()
    model.values.move(to: vector(0), of: ranks)
    for (index, part) in optimizer.state.enumerated() {
      part.values.move(to: vector(2 + index) + slice.lowerBound, of: ranks)
    }
    state = names.enumerated().map { index, name in
      OptimizerState(name: name, values: FloatBuffer(lending: vector(2 + index), count: count, of: ranks))
    }
  }

  /// Where everything lies: two slots of partial sums, used by turns, then parameters, gradients and the state's vectors.
  private struct Layout {
    let partialCount: Int
    private let vectorBytes: Int
    private let vectors: Int

    init(_ experiment: Experiment) {
      let count = experiment.model.values.count
      // A parameter's sums are cut at its ends besides, and there may be those of two vectors.
      let pieces = count / BlockSums.grain + 1 + experiment.model.parameters.count
      partialCount = (2 * pieces + 7) / 8 * 8
      // Kernels may read a cache line behind the end.
      vectorBytes = ((count + 15) / 16 + 1) * 64
      vectors = 2 + experiment.optimizer.state.count
    }

    func start(ofVector index: Int) -> Int {
      2 * partialCount * MemoryLayout<Double>.size + index * vectorBytes
    }

    var byteCount: Int { start(ofVector: vectors) }
  }

  /// The norm of all ranks' slices of the mean gradients, in the bits of `GradientClipping.norm`.
  func gradientNorm() throws -> Double {
    norm.compute(slices, of: gradients.base)
    try gather(norm)
    return norm.norm()
  }

  /// Gives all ranks the partial sums of all.
  func gather(_ sums: BlockSums) throws {
    precondition(sums.partials.count <= partialCount, "the shared memory has room for all partial sums")
    gatherings += 1
    // Who is at the next gathering knows that all are done with the one before the last.
    let slot = partials + (gatherings & 1) * partialCount
    let own = sums.part(of: slice)
    for index in own { slot[index] = sums.partials[index] }
    try ranks.meet()
    for index in sums.partials.indices where !own.contains(index) { sums.partials[index] = slot[index] }
  }

  /// Waits until all ranks are done with their slices.
  func finish() throws { try ranks.meet() }
}
