import Diagnostics
import Foundation

/// The memory that the system can still give.
package enum AvailableMemory {
  /// Less memory than there is, for tests of what happens without it.
  @TaskLocal package static var most: Int?

  /// Bytes of available memory of the machine, or of this process's control group if that has less; nil if unknown.
  package static func bytes() -> Int? { [most, machine, group()].compactMap(\.self).min() }

  /// Checks that these bytes are available. Call it before they are touched: the system may end a process that takes too much.
  /// - Throws: `Failure` (system) with both numbers.
  package static func check(_ bytes: Int) throws {
    guard bytes > 0, let available = self.bytes(), available < bytes else { return }
    throw Failure(
      .system, "not enough memory: \(bytes >> 20) MiB more are needed, and \(available >> 20) MiB are available")
  }

  private static var machine: Int? {
    let lines = text("/proc/meminfo").split(separator: "\n")
    return lines.first { $0.hasPrefix("MemAvailable:") }.flatMap(number).map { $0 << 10 }
  }

  /// The least that is left to a control group (version 2) and its ancestors.
  /// - Parameters:
  ///   - membership: the text of `/proc/self/cgroup`.
  ///   - root: the folder where control groups are mounted.
  static func group(
    _ membership: String = text("/proc/self/cgroup"), root: String = "/sys/fs/cgroup"
  ) -> Int? {
    guard let line = membership.split(separator: "\n").first(where: { $0.hasPrefix("0::") }) else { return nil }
    var names = line.dropFirst(3).split(separator: "/").map(String.init)
    var least: Int?
    while true {
      let folder = ([root] + names).joined(separator: "/")
      if let left = left(in: folder) { least = min(left, least ?? left) }
      guard names.popLast() != nil else { return least }
    }
  }

  /// What a group may still use; files that the system keeps in memory do not count as used.
  private static func left(in folder: String) -> Int? {
    guard let limit = Int(text(folder + "/memory.max")), let used = Int(text(folder + "/memory.current")) else {
      return nil
    }
    let lines = text(folder + "/memory.stat").split(separator: "\n")
    let files = lines.first { $0.hasPrefix("inactive_file ") }.flatMap(number) ?? 0
    return max(0, limit - used + files)
  }

  /// The number after a line's name.
  private static func number(_ line: Substring) -> Int? {
    line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
  }

  private static func text(_ path: String) -> String {
    ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
