import Foundation
import Testing

@testable import Training

@Suite struct ActivityTests {
  private final class Listener: ActivityListener {
    private(set) var phases: [Activity.Phase] = []

    func phaseBegins(_ phase: Activity.Phase, step: Int) { phases.append(phase) }
  }

  private struct Stop: Error {}

  @Test func aPhaseWithinAnotherEndsWithIt() throws {
    let (activity, listener) = (Activity(), Listener())
    activity.listener = listener
    activity.enter(.evaluating, step: 7)
    #expect(activity.during(.waiting) { activity.now.phase } == .waiting)
    #expect(activity.now.phase == .evaluating && activity.now.step == 7)
    // Nothing continues after a failure, so the phase stays.
    #expect(throws: Stop.self) { try activity.during(.receiving) { throw Stop() } }
    #expect(activity.now.phase == .receiving)
    #expect(listener.phases == [.evaluating, .waiting, .evaluating, .receiving])
  }

  /// The listener shows the layer that waits.
  @Test func waitingWithinALayerIsTimedButNotTold() throws {
    let (activity, listener) = (Activity(), Listener())
    activity.listener = listener
    activity.enter(.computing, step: 3)
    try activity.wait {
      #expect(activity.now.phase == .waiting && activity.now.step == 3)
      Thread.sleep(forTimeInterval: 0.01)
    }
    #expect(activity.now.phase == .computing)
    activity.enter(.updating, step: 3)
    #expect(activity.takeSeconds(of: .waiting) >= 0.01 && listener.phases == [.computing, .updating])
  }

  @Test func theSecondsOfEndedPhasesAreTakenOnce() {
    let activity = Activity()
    activity.restart()
    let start = monotonicSeconds()
    activity.enter(.loading, step: 1)
    Thread.sleep(forTimeInterval: 0.01)
    activity.enter(.computing, step: 1)
    Thread.sleep(forTimeInterval: 0.005)
    #expect(activity.takeSeconds(of: .computing) == 0, "it has not ended")
    activity.enter(.waiting, step: 1)
    let loading = activity.takeSeconds(of: .loading)
    let rest = activity.takeSeconds()
    #expect(loading >= 0.01 && rest >= 0.005)
    #expect(loading + rest <= monotonicSeconds() - start + 1e-3)
    #expect(activity.takeSeconds() == 0)
  }
}
