import Diagnostics
import Formats
import Foundation
import Training

/// Reserves a folder for one process on file systems without locks.
///
/// A file `.owner-N` names the owner of generation N, which increases a count in it while it lives. The process that
/// creates the next generation owns the folder; `O_EXCL` makes sure that only one succeeds. A process may create it if
/// there is no owner yet, if the owner was a process of this machine that has ended, or if the count has not changed
/// for `patience` seconds.
final class FolderClaim: @unchecked Sendable {
  /// Seconds between counts.
  static let pulse = 2.0
  /// Seconds without a count after which the owner is taken to have ended. Network file systems may show another
  /// machine's writes up to a minute late.
  static let patience = 70.0

  private let folder: String
  private let interval: Double
  private var timer: (any DispatchSourceTimer)?
  private var count = 0
  /// The file of this owner.
  private var own: String?

  /// A claim on an existing folder.
  init(folder: String, pulse: Double = FolderClaim.pulse) {
    self.folder = folder
    interval = pulse
  }

  /// Takes the folder until this process ends.
  /// - Parameters:
  ///   - seconds: how long to wait for an owner on this machine that still lives.
  ///   - patience: as `FolderClaim.patience`; shorter in tests.
  /// - Throws: `Failure` (unavailable) if another process has it, (cannotCreate, inputOutput) if no file can be written.
  func take(waiting seconds: Double, patience: Double = FolderClaim.patience) throws {
    let former = newest()
    if former > 0 {
      let start = monotonicSeconds()
      let file = path(former)
      let first = contents(of: file)
      // An owner on this machine is looked up by its process; one elsewhere only by its count.
      let isHere = first?.hasPrefix(Self.machine + " ") == true
      while isHere ? isAlive(first) : monotonicSeconds() < start + patience {
        guard let now = contents(of: file) else { break }
        let isOver = isHere ? monotonicSeconds() >= start + seconds : now != first
        if isOver { throw taken(file) }
        Thread.sleep(forTimeInterval: min(0.5, interval))
      }
    }
    let own = path(former + 1)
    let descriptor = open(own, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else {
      if errno == EEXIST { throw taken(own) }
      throw Failure(exitCode(ofMaking: errno), "cannot write \(own): \(String(cString: strerror(errno)))")
    }
    close(descriptor)
    guard newest() == former + 1 else { throw taken(path(newest())) }
    beat(own)
    for generation in 1..<former + 1 { unlink(path(generation)) }
    let timer = DispatchSource.makeTimerSource()
    timer.schedule(deadline: .now() + interval, repeating: interval)
    // The timer, and with it this object, lives as long as the process.
    timer.setEventHandler { [self] in beat(own) }
    timer.resume()
    self.timer = timer
    self.own = own
  }

  /// Gives the folder to others before this process ends.
  func release() {
    timer?.cancel()
    timer = nil
    // A count that is being written does not create the file again.
    own.map { _ = unlink($0) }
    own = nil
  }

  private func taken(_ file: String) -> Failure {
    RunFolder.isTaken(
      folder, advice: "\(file) names its machine and process; if that is gone, remove the file")
  }

  private func path(_ generation: Int) -> String { "\(folder)/.owner-\(generation)" }

  /// The newest generation; 0 if there is none.
  private func newest() -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { $0.hasPrefix(".owner-") ? Int($0.dropFirst(".owner-".count)) : nil }.max() ?? 0
  }

  /// Opens the file each time: network file systems then look for new contents.
  private func contents(of file: String) -> String? {
    FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Increases the count. If its file is gone, the process is no longer the owner and does not create a new one.
  private func beat(_ file: String) {
    count += 1
    let descriptor = open(file, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return }
    let text = "\(Self.machine) \(getpid()) \(Self.startTime(of: getpid()) ?? "-") \(count)\n"
    _ = text.withCString { write(descriptor, $0, strlen($0)) }
    close(descriptor)
  }

  /// Whether the process that a file of this machine names still runs.
  private func isAlive(_ text: String?) -> Bool {
    // An empty file was created just now.
    let fields = text?.split(separator: " ") ?? []
    guard fields.count > 2, let process = pid_t(fields[1]) else { return true }
    guard kill(process, 0) == 0 || errno == EPERM else { return false }
    // Process numbers are reused, in containers immediately.
    return Self.startTime(of: process).map { $0 == fields[2] } ?? true
  }

  /// The start time of a process; nil if the system does not tell.
  private static func startTime(of process: pid_t) -> String? {
    ProcessRecord(of: process).map { String($0.startTime) }
  }

  /// The machine's name and boot: after another boot, processes are others.
  private static let machine: String = {
    let boot = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? ""
    return ProcessInfo.processInfo.hostName + "/" + boot.prefix(8)
  }()
}
