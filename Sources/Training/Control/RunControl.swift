import Foundation

/// This rank's requests to the training: from signals on every rank; from files, clock and the checkpoint schedule on rank 0
/// only. Requests reach the other ranks with the gradients.
public final class RunControl {
  private static let fileSeconds = 0.2

  private let folder: String?
  private let stopFile: String?
  private let deadline: Double?
  private let schedule: CheckpointSchedule
  private let clock: () -> Double
  private var lastLook = -Double.infinity
  private var lastSave: Double
  /// The seconds that the last checkpoint took.
  private var savingSeconds = 0.0

  /// Makes the control of a run.
  /// - Parameters:
  ///   - folder: the run folder on rank 0; nil on others.
  ///   - stopFile: a file that ends this training and others, and stays; nil for none.
  ///   - deadline: the time by which training must end, in `monotonicSeconds`; nil for no limit.
  ///   - schedule: the schedule of regular checkpoints.
  ///   - clock: gives the time.
  public init(
    folder: String?, stopFile: String? = nil, deadline: Double?, schedule: CheckpointSchedule,
    clock: @escaping () -> Double = monotonicSeconds
  ) {
    self.folder = folder
    self.stopFile = stopFile
    self.deadline = deadline
    self.schedule = schedule
    self.clock = clock
    lastSave = clock()
  }

  /// The request after a step; `epoch` is the epoch that ends with it, counted from 1.
  func request(step: Int, endOf epoch: Int?) -> Request {
    guard let folder else { return SignalRequests.current }
    let now = clock()
    var request: Request = isDue(step: step, now: now) ? .save : isDue(endOf: epoch, now: now) ? .saveEpoch : .none
    if now - lastLook > RunControl.fileSeconds {
      lastLook = now
      if take(folder + "/save") { request = .save }
      if take(folder + "/restart") { request = .restartFile }
      if take(folder + "/stop") || stopFile.map({ access($0, F_OK) == 0 }) == true { request = .stopFile }
    }
    return max(request, stopRequest(now: now))
  }

  /// A request to end training between two batches of an evaluation. Files only count after a step.
  func stopRequest() -> Request { stopRequest(now: clock()) }

  private func stopRequest(now: Double) -> Request {
    let isOver = folder != nil && deadline.map { now >= $0 } ?? false
    return max(SignalRequests.current, isOver ? .timeLimit : .none)
  }

  /// Notes that a checkpoint was taken, for which training stood still and a thread computed for some seconds in all.
  func didSave(seconds: Double) {
    lastSave = clock()
    savingSeconds = seconds
  }

  private func isDue(step: Int, now: Double) -> Bool {
    if let steps = schedule.steps, step.isMultiple(of: steps) { return true }
    guard let minutes = schedule.minutes else { return false }
    return now - lastSave >= max(minutes * 60, leastPause)
  }

  private func isDue(endOf epoch: Int?, now: Double) -> Bool {
    guard let epoch, schedule.epochs > 0, epoch.isMultiple(of: schedule.epochs) else { return false }
    return now - lastSave >= max(schedule.apart, leastPause)
  }

  /// The fewest seconds between checkpoints for which they take at most their share of the time.
  private var leastPause: Double { schedule.share.map { savingSeconds / $0 } ?? 0 }

  /// Removes a request file; returns whether it existed.
  private func take(_ path: String) -> Bool { unlink(path) == 0 }
}
