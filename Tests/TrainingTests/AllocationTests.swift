import CAllocationCounter
import Collectives
import Testing
import Training

@Suite struct AllocationTests {
  @Test func theCounterCounts() {
    let before = dpt_allocation_count()
    let memory = UnsafeMutablePointer<Int>.allocate(capacity: 100)
    memory.initialize(repeating: 1, count: 100)
    #expect(dpt_allocation_count() > before)
    memory.deallocate()
  }

  @Test func stepsAfterTheFirstAllocateNothing() throws {
    let small = SmallExperiment()
    for ranks in [1, 2] {
      let counts = try ThreadCommunicator.run(ranks: ranks) { communicator -> UInt64 in
        let experiment = try small.make()
        let step = try TrainingStep(experiment, workspace: small.workspace(experiment, communicator))
        var report = StepReport()
        step.begin(epoch: 0)
        try step.run(epoch: 0, positions: 0..<33, into: &report)
        let before = dpt_allocation_count()
        for batch in 0..<3 { try step.run(epoch: 0, positions: batch * 33..<(batch + 1) * 33, into: &report) }
        // A last, smaller batch allocates nothing either.
        try step.run(epoch: 0, positions: 99..<100, into: &report)
        return dpt_allocation_count() - before
      }
      #expect(counts.allSatisfy { $0 == 0 }, "\(counts) on \(ranks) ranks")
    }
  }
}
