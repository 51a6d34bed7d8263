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
    guard let folder else { return SignalRequests.current }
    let now = monotonicSeconds()
    var request: Request = isDue(step: step, now: now) ? .save : .none
    if now - lastLook > RunControl.fileSeconds {
      lastLook = now
      if take(folder + "/save") { request = .save }
      if take(folder + "/stop") { request = .stopFile }
    }
    return max(request, stopRequest(now: now))
  }

  /// Whether training shall end at once, between two batches of an evaluation. The file `stop` is seen at the next step.
  func stopRequest() -> Request { stopRequest(now: monotonicSeconds()) }

  private func stopRequest(now: Double) -> Request {
    let isOver = folder != nil && deadline.map { now >= $0 } ?? false
    return max(SignalRequests.current, isOver ? .timeLimit : .none)
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
