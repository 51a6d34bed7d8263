import Foundation

/// The share of its machine's processor time that a control group may use (Linux).
package struct CPUQuota: Equatable {
  /// The number of processors; 0.5 is half of one's time.
  package let share: Double
  /// The number of the control group, whose processes share the quota.
  package let group: UInt64

  /// The number of processors, rounded up.
  var processors: Int { Int(share.rounded(.up)) }

  /// The quota of this process; nil if there is no limit.
  package static func own() -> CPUQuota? {
    of((try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? "")
  }

  /// The tightest quota of a process's control group and its ancestors: `cpu.max` of version 2, `cpu.cfs_quota_us` of
  /// version 1.
  /// - Parameters:
  ///   - membership: the text of `/proc/self/cgroup`.
  ///   - root: the folder where control groups are mounted.
  static func of(_ membership: String, root: String = "/sys/fs/cgroup") -> CPUQuota? {
    membership.split(separator: "\n").flatMap { line -> [CPUQuota] in
      // "0::/job/step" in version 2, "4:cpu,cpuacct:/job/step" in version 1.
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      if parts[0] == "0", parts[1].isEmpty { return quotas(root, path: parts[2], limit: unified) }
      guard parts[1].split(separator: ",").contains("cpu") else { return [] }
      return [String(parts[1]), "cpu"].flatMap { quotas("\(root)/\($0)", path: parts[2], limit: divided) }
    }.min { $0.share < $1.share }
  }

  /// The quotas of a group and its ancestors, the innermost first.
  private static func quotas(_ root: String, path: Substring, limit: (String) -> Double?) -> [CPUQuota] {
    var names = path.split(separator: "/").map(String.init)
    var found: [CPUQuota] = []
    while true {
      let folder = ([root] + names).joined(separator: "/")
      if let share = limit(folder) { found.append(CPUQuota(share: share, group: ProcessorAccess.number(of: folder))) }
      guard names.popLast() != nil else { return found }
    }
  }

  /// The share in a file "MICROSECONDS PERIOD"; nil for "max PERIOD" or no file.
  private static func unified(_ folder: String) -> Double? {
    let fields = text(folder + "/cpu.max").split(whereSeparator: \.isWhitespace)
    return fields.count == 2 ? share(fields[0], fields[1]) : nil
  }

  /// The share in two files; -1 microseconds mean no limit.
  private static func divided(_ folder: String) -> Double? {
    share(text(folder + "/cpu.cfs_quota_us"), text(folder + "/cpu.cfs_period_us"))
  }

  private static func share(_ time: some StringProtocol, _ period: some StringProtocol) -> Double? {
    guard let time = Double(time), let period = Double(period), time > 0, period > 0 else { return nil }
    return time / period
  }

  private static func text(_ path: String) -> String {
    ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
