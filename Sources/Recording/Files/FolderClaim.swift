import Diagnostics
import Foundation
import Training

/// Keeps a folder for one process where the file system knows no locks.
///
/// A file `.owner-N` names the owner of generation N and counts up as long as it lives. Whoever makes the next one owns the
/// folder: files are made exclusively (`O_EXCL`), so that of several only one does. The next one may be made if there is
/// none yet, if the owner's process is gone from this machine, or if its count has stood still.
final class FolderClaim: @unchecked Sendable {
  /// Seconds from one count to the next.
  static let pulse = 2.0
  /// Seconds in which a count that stands still tells that its process is gone: network file systems may show what another
  /// machine has written up to a minute later.
  static let patience = 70.0

  private let folder: String
  private let interval: Double
  private var timer: (any DispatchSourceTimer)?
  private var count = 0

  /// A claim on a folder that is there.
  init(folder: String, pulse: Double = FolderClaim.pulse) {
    self.folder = folder
    interval = pulse
  }

  /// Takes the folder until this process ends.
  /// - Parameters:
  ///   - seconds: how long an owner on this machine is waited for, if it lives.
  ///   - patience: as `FolderClaim.patience`; shorter in tests.
  /// - Throws: `Failure` (unavailable) where another process has it, (cannotCreate) where no file can be written.
  func take(waiting seconds: Double, patience: Double = FolderClaim.patience) throws {
    let former = newest()
    if former > 0 {
      let start = monotonicSeconds()
      let file = path(former)
      let first = contents(of: file)
      // Its process is looked for here; else its count has to tell.
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
      throw Failure(.cannotCreate, "cannot write \(own): \(String(cString: strerror(errno)))")
    }
    close(descriptor)
    guard newest() == former + 1 else { throw taken(path(newest())) }
    beat(own)
    for generation in 1..<former + 1 { unlink(path(generation)) }
    let timer = DispatchSource.makeTimerSource()
    timer.schedule(deadline: .now() + interval, repeating: interval)
    // The timer, and with it this object, live as long as the process.
    timer.setEventHandler { [self] in beat(own) }
    timer.resume()
    self.timer = timer
  }

  private func taken(_ file: String) -> Failure {
    RunFolder.isTaken(
      folder, advice: "\(file) names its machine and process; if that is gone, remove the file")
  }

  private func path(_ generation: Int) -> String { "\(folder)/.owner-\(generation)" }

  /// The newest generation, 0 where there is none.
  private func newest() -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { $0.hasPrefix(".owner-") ? Int($0.dropFirst(".owner-".count)) : nil }.max() ?? 0
  }

  /// Opened anew each time: network file systems look for what is new then.
  private func contents(of file: String) -> String? {
    FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Counts up. A process whose file is gone is no owner any more, and makes none.
  private func beat(_ file: String) {
    count += 1
    let descriptor = open(file, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return }
    let text = "\(Self.machine) \(getpid()) \(Self.startTime(of: getpid()) ?? "-") \(count)\n"
    _ = text.withCString { write(descriptor, $0, strlen($0)) }
    close(descriptor)
  }

  /// Whether the process that a file of this machine names is there.
  private func isAlive(_ text: String?) -> Bool {
    // A file that is still empty was made just now.
    let fields = text?.split(separator: " ") ?? []
    guard fields.count > 2, let process = pid_t(fields[1]) else { return true }
    guard kill(process, 0) == 0 || errno == EPERM else { return false }
    // Numbers are used again, in containers at once.
    return Self.startTime(of: process).map { $0 == fields[2] } ?? true
  }

  /// When a process began; nil if the system does not tell.
  private static func startTime(of process: pid_t) -> String? {
    ProcessRecord(of: process).map { String($0.startTime) }
  }

  /// The machine's name, and since when it runs: another boot has other processes.
  private static let machine: String = {
    let boot = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? ""
    return ProcessInfo.processInfo.hostName + "/" + boot.prefix(8)
  }()
}
