import Collectives

/// What a trainer runs in the memory of a workspace: steps and evaluations, for one division of the shards among the ranks.
struct TrainerParts {
  let step: TrainingStep
  /// Measures in the course of training; nil if there is nothing to measure.
  let monitor: Evaluator?
  /// Measures the test samples at the end; nil if there are none, or `monitor` measures them.
  let test: Evaluator?
  private let experiment: Experiment
  private let workspace: Workspace
  private let activity: Activity
  private let link: LinkSpeed?

  /// Makes the parts for the workspace's shares; they continue the work of `former`, if that is not nil. Every rank calls it.
  /// - Throws: `Failure` (system) if memory is short.
  init(
    _ experiment: Experiment, workspace: Workspace, activity: Activity, link: LinkSpeed?,
    continuing former: TrainerParts? = nil
  ) throws {
    (self.experiment, self.workspace, self.activity, self.link) = (experiment, workspace, activity, link)
    step = try TrainingStep(
      experiment, workspace: workspace, activity: activity, link: link, continuing: former?.step)
    let monitored = experiment.data.monitored
    monitor = try monitored.flatMap {
      try experiment.makeEvaluator(on: $0, workspace: workspace, repeats: true, continuing: former?.monitor)
    }
    test =
      monitored == .test
      ? nil : try experiment.makeEvaluator(on: .test, workspace: workspace, repeats: false, continuing: former?.test)
  }

  /// Gives the ranks other shares of the shards between two steps: returns new parts, and whether they have these shares. If
  /// memory is short, they have the present ones. These parts must not run any more. Every rank calls it; `withinEpoch` as
  /// in `TrainingStep.gatherState`.
  /// - Throws: `Failure` if memory does not suffice for the present shares, or the ranks cannot exchange data.
  func divided(by shares: ShardShares, withinEpoch: Bool) throws -> (parts: TrainerParts, haveShares: Bool) {
    try experiment.model.weights.awaitValues()
    let communicator = workspace.communicator
    // The optimizer's state is divided by the parameters, not by the shards, so it stays where it is.
    let batch = withinEpoch ? step.carried.batch : 0
    let carried = batch > 0 ? try step.carried.gather() : []
    let residuals = try step.residuals?.gather(communicator) ?? []
    let present = workspace.tree.shares
    var haveShares = true
    do {
      try communicator.agree { try divideMemory(by: shares) }
    } catch {
      haveShares = false
      try communicator.agree { try divideMemory(by: present) }
    }
    let parts = try TrainerParts(
      experiment, workspace: workspace, activity: activity, link: link, continuing: self)
    try parts.step.carried.scatter(carried, batch: batch)
    try parts.step.residuals?.scatter(residuals, communicator)
    return (parts, haveShares)
  }

  private func divideMemory(by shares: ShardShares?) throws {
    try workspace.divide(by: shares)
    for evaluator in [monitor, test].compactMap(\.self) where evaluator.workspace !== workspace {
      try evaluator.workspace.divide(by: shares)
    }
  }
}
