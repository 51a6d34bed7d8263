import Collectives
import Foundation
import Recipes
import Testing
import Training

@testable import Recording

@Suite struct TimelineTests {
  private struct Trace: Decodable {
    struct Event: Decodable {
      struct Arguments: Decodable {
        let name: String?
        let step: Int?
      }
      let name, ph: String
      let pid, tid: Int
      let ts, dur: Double?
      let args: Arguments
      /// In nanoseconds.
      var start: Int { Int(((ts ?? 0) * 1000).rounded()) }
      var end: Int { start + Int(((dur ?? 0) * 1000).rounded()) }
    }
    let traceEvents: [Event]

    /// The spans of one rank.
    func spans(_ rank: Int) -> [Event] { traceEvents.filter { $0.ph == "X" && $0.pid == rank } }
  }

  /// Trains more than an epoch on ranks that are threads, with an evaluation and checkpoints.
  private func trace(
    ranks: Int, steps: Int, shares: @escaping @Sendable (_ step: Int) -> ShardShares? = { _ in nil }
  ) throws -> Trace {
    try withRunFolder { folder in
      _ = try ThreadCommunicator.run(ranks: ranks) { communicator in
        let recipe = try Recipe.load("temporal-order", overrides: ["steps=40", "checkpoint.steps=20"])
        let experiment = try recipe.makeExperiment()
        let activity = Activity()
        let store = communicator.isRoot ? CheckpointStore(path: folder.checkpoints) : nil
        let keeper = try CheckpointKeeper(
          experiment, schedule: recipe.checkpoint.schedule, store: store, recipe: "", warn: { _ in })
        let trainer = try Trainer(
          experiment, workspace: experiment.makeWorkspace(communicator: communicator), observers: [],
          control: RunControl(folder: folder.path, deadline: nil, schedule: recipe.checkpoint.schedule),
          keeper: keeper, activity: activity)
        let timeline = try Timeline(experiment.model, steps: steps, communicator: communicator)
        timeline.follow(trainer, activity: activity)
        trainer.givenShares = shares
        _ = try trainer.run()
        try timeline.write(to: communicator.isRoot ? folder.timeline : nil)
      }
      return try JSONDecoder().decode(Trace.self, from: Data(contentsOf: URL(filePath: folder.timeline)))
    }
  }

  @Test func everyRankHasAllItsWork() throws {
    let trace = try trace(ranks: 3, steps: 10)
    let names = trace.traceEvents.filter { $0.name == "process_name" }
    #expect(names.map(\.pid) == [0, 1, 2])
    #expect(names.allSatisfy { $0.args.name?.hasPrefix("rank \($0.pid) on ") == true })
    let layers = ["0 lstm", "1 linear"].flatMap { layer in ["pack", "forward", "backward"].map { "\(layer) \($0)" } }
    for rank in 0..<3 {
      let spans = trace.spans(rank)
      for step in 1...10 {
        let own = spans.filter { $0.args.step == step }.map(\.name)
        for name in layers + ["step \(step)", "data", "reduction", "optimizer"] {
          #expect(own.count { $0 == name } == 1, "\(name) of step \(step) on rank \(rank)")
        }
      }
      // Later steps are not shown, but the work between them is.
      #expect(!spans.contains { $0.name == "step 11" || ($0.name == "optimizer" && $0.args.step == 11) })
      // After the epoch, at the end, and the test.
      #expect(spans.filter { $0.name == "evaluation" }.map { $0.args.step } == [31, 40, 40])
      #expect(spans.filter { $0.name == "checkpoint" }.map { $0.args.step } == [20, 40, 40])
    }
  }

  /// Of any two spans of a rank, one contains the other or they are disjoint; the containing one comes first.
  @Test func stretchesAreNested() throws {
    let trace = try trace(ranks: 2, steps: 40)
    for rank in 0..<2 {
      var open: [Trace.Event] = []
      for span in trace.spans(rank) {
        while let last = open.last, last.end <= span.start { open.removeLast() }
        if let outer = open.last {
          #expect(span.start >= outer.start && span.end <= outer.end, "\(span) in \(outer)")
        }
        if span.name.hasSuffix("forward") { #expect(open.contains { $0.name == "compute" }) }
        if span.name == "reduction" { #expect(open.contains { $0.name.hasPrefix("step") || $0.name == "evaluation" }) }
        open.append(span)
      }
    }
  }

  /// The observer stays when shares change.
  @Test func changesOfSharesAreShown() throws {
    let trace = try trace(ranks: 3, steps: 10) { [5: ShardShares([4, 2, 2]), 9: ShardShares([1, 1, 6])][$0] }
    for rank in 0..<3 {
      let spans = trace.spans(rank)
      let changes = spans.filter { $0.name == "shares" }
      #expect(changes.map { $0.args.step } == [5, 9])
      for change in changes {
        let within = spans.filter { $0.name == "division" && $0.start >= change.start && $0.end <= change.end }
        #expect(within.count == 1)
      }
      #expect(spans.count { $0.name == "0 lstm forward" } == 10)
    }
  }

  /// Ranks meet in every reduction: on one clock, none ends before the last has begun it.
  @Test func ranksAreOnOneClock() throws {
    let trace = try trace(ranks: 2, steps: 20)
    let reductions = (0..<2).map { rank in
      trace.spans(rank).filter { $0.name == "reduction" && $0.args.step ?? 0 <= 20 }
    }
    #expect(reductions[0].count == 20 && reductions[1].count == 20)
    for (a, b) in zip(reductions[0], reductions[1]) { #expect(max(a.start, b.start) <= min(a.end, b.end)) }
  }
}
