import Foundation

/// What this rank wants of the training at each step: signals on every rank; files, clock and regular checkpoints on
/// rank 0 alone, whose wishes reach the others with the gradients.
public final class RunControl {
  private static let fileSeconds = 0.2

  private let folder: String?
  private let deadline: Double?
  private let schedule: CheckpointSchedule
  private var lastLook = -Double.infinity
  private var lastSave: Double

  /// - Parameters:
  ///   - folder: the run folder, on rank 0; nil on others.
  ///   - deadline: when training shall end, in `monotonicSeconds`, or nil.
  ///   - schedule: when to save without being asked.
  public init(folder: String?, deadline: Double?, schedule: CheckpointSchedule) {
    self.folder = folder
    self.deadline = deadline
    self.schedule = schedule
    lastSave = monotonicSeconds()
  }

  /// The wish for after a step.
  func request(step: Int) -> Request {
    let signalled = SignalRequests.current
    guard let folder else { return signalled }
    let now = monotonicSeconds()
    var request = max(signalled, isDue(step: step, now: now) ? .save : .none)
    if let deadline, now >= deadline { request = max(request, .timeLimit) }
    if now - lastLook > RunControl.fileSeconds {
      lastLook = now
      if take(folder + "/save") { request = max(request, .save) }
      if take(folder + "/stop") { request = max(request, .stopFile) }
    }
    return request
  }

  /// Whether an epoch that has ended shall be saved.
  func wantsSave(epoch: Int) -> Bool {
    schedule.epochs > 0 && epoch.isMultiple(of: schedule.epochs) && monotonicSeconds() - lastSave >= schedule.apart
  }

  /// Notes that a checkpoint was taken.
  func didSave() { lastSave = monotonicSeconds() }

  private func isDue(step: Int, now: Double) -> Bool {
    if let steps = schedule.steps, step.isMultiple(of: steps) { return true }
    if let minutes = schedule.minutes, now - lastSave >= minutes * 60 { return true }
    return false
  }

  /// Removes a file that asks for something, and tells whether it was there.
  private func take(_ path: String) -> Bool { unlink(path) == 0 }
}
