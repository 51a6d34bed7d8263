import Tensors
import Testing

@testable import Datasets

@Suite struct SubsetTests {
  /// Samples that use threads and read ahead.
  private final class Threaded: Dataset {
    let inputShape = Shape.vector(1)
    let classNames: [String] = []
    let count = 10
    private(set) var idle: [Int] = []
    private(set) var expected: [Int] = []

    func use(_ machine: MachineShare) { idle.append(machine.idleProcessors) }
    func expect(_ samples: [Int]) { expected += samples }
    func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) {}
  }

  @Test func theWholeKnowsItsMachineAndReadsAhead() throws {
    let whole = Threaded()
    let shares = SplitShares(validationShare: 0.3, testShare: 0)
    let parts = DataSplits(whole, split: try SeedSplit(count: 10, classes: nil, shares: shares))
    parts.use(MachineShare(ranks: 2, idleProcessors: 3)) { _ in nil }
    #expect(whole.idle == [3, 3])
    Subset(whole, indices: [7, 2, 5]).expect([2, 0])
    #expect(whole.expected == [5, 7])
  }
}
