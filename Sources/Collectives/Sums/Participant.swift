/// One rank of a plan, with its place, the memory of its machine, and its messenger.
struct Participant {
  let plan: ReductionPlan
  let rank: Int
  let machine: Int
  /// The rank's place among the machine's ranks.
  let place: Int
  let memory: ReductionMemory
  let messenger: any Messenger
  /// The first tag of messages; each bucket has its own tag.
  let tag: Int
  let isOversubscribed: Bool
  let pending: PendingExchanges?

  /// A rank of a plan, with the shared memory of its machine.
  init(
    _ plan: ReductionPlan, rank: Int, memory: SharedMemory, messenger: any Messenger, tag: Int = 0,
    isOversubscribed: Bool, pending: PendingExchanges? = nil
  ) {
    (self.plan, self.rank, self.messenger, self.tag) = (plan, rank, messenger, tag)
    (machine, place) = plan.place(ofRank: rank)
    self.memory = ReductionMemory(memory, plan: plan, machine: machine)
    self.isOversubscribed = isOversubscribed
    self.pending = pending
  }

  /// This rank, with memory for the sums of a layout. Every rank calls it. If memory cannot be shared, each rank counts as a
  /// separate machine.
  /// - Throws: `Failure` (usage) if there are more ranks than shards, or if the transport fails.
  init(_ layout: SumLayout, tree: ReductionTree, communicator: any Communicator) throws {
    let rank = communicator.rank
    var plan = try ReductionPlan(layout, tree: tree, machines: communicator.machines)
    var memory: SharedMemory?
    if !plan.isSum {
      memory = try communicator.shareMemory(byteCount: ReductionMemory.byteCount(plan, rank: rank))
      if memory == nil {
        plan = try ReductionPlan(layout, tree: tree, machines: (0..<communicator.size).map { [$0] })
      }
    }
    self.init(
      plan, rank: rank,
      memory: memory ?? SharedMemory(byteCounts: [ReductionMemory.byteCount(plan, rank: rank)]),
      messenger: communicator, tag: communicator.takeTags(plan.buckets.count),
      isOversubscribed: communicator.isOversubscribed, pending: communicator.pending)
  }

  /// The number of ranks on this rank's machine.
  var neighbours: Int { plan.machines[machine].count }

  /// Whether messages go to other machines.
  var hasMessages: Bool { plan.machines.count > 1 }

  /// Makes the algorithm for the plan's vectors; `residuals` keeps the rounding errors.
  func makeAlgorithm(_ status: StatusTable, residuals: Residuals? = nil) throws -> any SumAlgorithm {
    plan.isWhole ? WholeSum(self, status) : try BucketSums(self, status, residuals: residuals)
  }
}
