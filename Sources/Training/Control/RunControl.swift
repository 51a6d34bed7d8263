import Foundation

/// This rank's requests to the training: from signals on every rank; from files, clock and the checkpoint schedule on rank 0
/// only. Requests reach the other ranks with the gradients.
public final class RunControl {
  private static let fileSeconds = 0.2

  private let folder: String?
  private let stopFile: String?
  private let deadline: Double?
  private let schedule: CheckpointSchedule
  private var lastLook = -Double.infinity
  private var lastSave: Double

  /// Makes the control of a run.
  /// - Parameters:
  ///   - folder: the run folder on rank 0; nil on others.
  ///   - stopFile: a file that ends this training and others, and stays; nil for none.
  ///   - deadline: the time by which training must end, in `monotonicSeconds`; nil for no limit.
  ///   - schedule: the schedule of regular checkpoints.
  public init(folder: String?, stopFile: String? = nil, deadline: Double?, schedule: CheckpointSchedule) {
    self.folder = folder
    self.stopFile = stopFile
    self.deadline = deadline
    self.schedule = schedule
    lastSave = monotonicSeconds()
  }

  /// The request after a step.
  func request(step: Int) -> Request {
    guard let folder else { return SignalRequests.current }
    let now = monotonicSeconds()
    var request: Request = isDue(step: step, now: now) ? .save : .none
    if now - lastLook > RunControl.fileSeconds {
      lastLook = now
      if take(folder + "/save") { request = .save }
      if take(folder + "/stop") || stopFile.map({ access($0, F_OK) == 0 }) == true { request = .stopFile }
    }
    return max(request, stopRequest(now: now))
  }

  /// A request to end training between two batches of an evaluation. The file `stop` only counts after a step.
  func stopRequest() -> Request { stopRequest(now: monotonicSeconds()) }

  private func stopRequest(now: Double) -> Request {
    let isOver = folder != nil && deadline.map { now >= $0 } ?? false
    return max(SignalRequests.current, isOver ? .timeLimit : .none)
  }

  /// Whether to save at the end of an epoch.
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

  /// Removes a request file; returns whether it existed.
  private func take(_ path: String) -> Bool { unlink(path) == 0 }
}
