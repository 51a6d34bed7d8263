import CAllocationCounter
import Collectives
import Diagnostics
import Layers
import Tensors
import TestSupport
import Testing
import Training

@Suite struct BatchNormTrainingTests {
  /// Batch normalization of the raw inputs, between layers, and of vectors.
  private func experiment(_ statistics: BatchNorm.Statistics, momentum: Double? = 0.1) -> SmallExperiment {
    var small = SmallExperiment()
    small.recurrent = { input, hidden in
      let first = BatchNorm(input: input, momentum: momentum, statistics: statistics)
      let rnn = RNN(input: input, hiddenSize: hidden, nonlinearity: .tanh, output: .all)
      let second = BatchNorm(input: rnn.outputShape, momentum: momentum, statistics: statistics)
      let flatten = Flatten(input: second.outputShape)
      let linear = Linear(input: flatten.outputShape, outputs: 6)
      return [
        first, rnn, try Residual(input: rnn.outputShape, body: [second]), flatten, linear,
        BatchNorm(input: linear.outputShape, momentum: momentum, statistics: statistics),
      ]
    }
    return small
  }

  @Test(arguments: BatchNorm.Statistics.allCases, [1, 2])
  func bitsDoNotDependOnTheNumberOfRanks(statistics: BatchNorm.Statistics, accumulate: Int) throws {
    var small = experiment(statistics, momentum: accumulate == 1 ? 0.1 : nil)
    small.accumulate = accumulate
    let alone = try small.train(ranks: 1)
    #expect(alone.losses.allSatisfy { $0.isFinite })
    #expect(alone.buffers.count == 6 * 16 && Set(alone.buffers).count > 20)
    for ranks in [2, 3, 5, 8] {
      let outcome = try small.train(ranks: ranks)
      #expect(outcome.weights == alone.weights, "\(ranks) ranks")
      #expect(outcome.buffers == alone.buffers, "\(ranks) ranks")
      #expect(outcome.counts == alone.counts)
      #expect(outcome.losses == alone.losses)
      #expect(outcome.evaluations.map(\.loss) == alone.evaluations.map(\.loss))
    }
  }

  /// 100 samples in batches of 33 make four batches an epoch.
  @Test func batchesOfTrainingAreCounted() throws {
    let outcome = try experiment(.batch).train(ranks: 2)
    #expect(
      outcome.counts == ["0.num_batches_tracked": 8, "2.body.0.num_batches_tracked": 8, "5.num_batches_tracked": 8])
  }

  @Test func anotherChoiceOfSamplesIsAnotherResult() throws {
    let (batch, shard) = (try experiment(.batch).train(ranks: 1), try experiment(.shard).train(ranks: 1))
    #expect(batch.weights != shard.weights)
    #expect((batch.losses[0] - shard.losses[0]).magnitude < 0.3)
  }

  /// By shard, the only exchange of a step is that of the gradients.
  @Test(arguments: BatchNorm.Statistics.allCases)
  func aStepExchanges(statistics: BatchNorm.Statistics) throws {
    let small = experiment(statistics)
    let counts = try ThreadCommunicator.run(machines: [[0], [1]]) { threads -> Int in
      let communicator = CountingCommunicator(threads)
      let experiment = try small.make()
      let step = try TrainingStep(experiment, workspace: small.workspace(experiment, communicator))
      var report = StepReport()
      step.beginEpoch()
      try step.run(epoch: 0, positions: 0..<33, into: &report)
      return communicator.exchanges
    }
    // Three layers in the forward pass, the last two in the backward pass as well.
    #expect(counts == Array(repeating: statistics == .shard ? 1 : 1 + 3 + 2, count: 2))
  }

  @Test(arguments: BatchNorm.Statistics.allCases)
  func stepsAfterTheFirstAllocateNothing(statistics: BatchNorm.Statistics) throws {
    let small = experiment(statistics)
    let experiment = try small.make()
    let step = try TrainingStep(experiment, workspace: small.workspace(experiment, SoloCommunicator()))
    var report = StepReport()
    step.beginEpoch()
    try step.run(epoch: 0, positions: 0..<33, into: &report)
    let before = dpt_allocation_count()
    try step.run(epoch: 0, positions: 33..<66, into: &report)
    try step.run(epoch: 0, positions: 66..<67, into: &report)
    #expect(dpt_allocation_count() == before)
  }
}

/// Forwards all calls and counts the messages sent.
private final class CountingCommunicator: Communicator {
  private let inner: any Communicator
  fileprivate(set) var exchanges = 0

  init(_ inner: any Communicator) { self.inner = inner }

  var rank: Int { inner.rank }
  var size: Int { inner.size }
  var hostName: String { inner.hostName }
  var machines: [[Int]] { inner.machines }
  var isOversubscribed: Bool { inner.isOversubscribed }
  var servesAnyThread: Bool { inner.servesAnyThread }

  func message(
    _ direction: MessageDirection, _ buffer: UnsafeMutableRawBufferPointer, peer: Int, tag: Int
  ) throws -> any Message {
    let message = try inner.message(direction, buffer, peer: peer, tag: tag)
    return direction == .send ? CountedMessage(message, in: self) : message
  }

  func barrier() throws { try inner.barrier() }
  func broadcast(_ buffer: UnsafeMutableRawBufferPointer, root: Int) throws {
    try inner.broadcast(buffer, root: root)
  }
  func allgather(
    _ send: UnsafeRawBufferPointer, into receive: UnsafeMutableRawBufferPointer, counts: [Int], offsets: [Int]
  ) throws {
    try inner.allgather(send, into: receive, counts: counts, offsets: offsets)
  }
  func alltoall(
    _ send: UnsafeRawBufferPointer, sendCounts: [Int], sendOffsets: [Int],
    into receive: UnsafeMutableRawBufferPointer, receiveCounts: [Int], receiveOffsets: [Int]
  ) throws {
    try inner.alltoall(
      send, sendCounts: sendCounts, sendOffsets: sendOffsets, into: receive, receiveCounts: receiveCounts,
      receiveOffsets: receiveOffsets)
  }
  func sum(_ values: UnsafeMutableBufferPointer<Float>) throws { try inner.sum(values) }
  func shareMemory(byteCount: Int) throws -> SharedMemory? { try inner.shareMemory(byteCount: byteCount) }
  func takeTags(_ count: Int) -> Int { inner.takeTags(count) }
  func checkPeers() throws { try inner.checkPeers() }
  func divided<T>(into group: Int, _ body: (any Communicator) throws -> T) throws -> T {
    try inner.divided(into: group, body)
  }
  func end(_ exitCode: ExitCode) -> Never { inner.end(exitCode) }
  func close() throws { try inner.close() }
}

private final class CountedMessage: Message {
  private let inner: any Message
  private unowned let counter: CountingCommunicator

  init(_ inner: any Message, in counter: CountingCommunicator) { (self.inner, self.counter) = (inner, counter) }

  func start() throws {
    counter.exchanges += 1
    try inner.start()
  }

  func isComplete() throws -> Bool { try inner.isComplete() }
}
