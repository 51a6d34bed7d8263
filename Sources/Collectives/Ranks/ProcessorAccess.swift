import CMPIShim
import Foundation

/// What a process may use of its machine's processors.
struct ProcessorAccess: Equatable {
  /// The processors it may run on, a bit each; all 0 where the system does not tell.
  let mask: [UInt64]
  /// Of how many processors its control group may use the time; nil where nothing limits it.
  let quota: Int?
  /// The control group that has the quota: processes with the same one share it.
  let group: UInt64

  /// The numbers of the processors, ascending.
  var processors: [Int] {
    (0..<mask.count * UInt64.bitWidth).filter { mask[$0 / UInt64.bitWidth] >> UInt64($0 % UInt64.bitWidth) & 1 == 1 }
  }

  /// What this process may use.
  static func own() -> ProcessorAccess {
    var mask = [UInt64](repeating: 0, count: Int(DPT_PROCESSOR_WORDS))
    dpt_processors(&mask)
    let limit = quota(of: (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? "")
    return ProcessorAccess(mask: mask, quota: limit?.processors, group: limit?.group ?? 0)
  }

  /// The tightest `cpu.max` of a process's control group and those around it (Linux, cgroup v2).
  /// - Parameters:
  ///   - membership: the text of `/proc/self/cgroup`.
  ///   - root: where control groups are mounted.
  static func quota(of membership: String, root: String = "/sys/fs/cgroup") -> (processors: Int, group: UInt64)? {
    guard let line = membership.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else { return nil }
    var names = line.dropFirst(4).split(separator: "/")
    var tightest: (processors: Int, group: UInt64)?
    while true {
      let folder = ([root] + names.map(String.init)).joined(separator: "/")
      if let processors = limit(folder + "/cpu.max"), processors < tightest?.processors ?? .max {
        tightest = (processors, number(of: folder))
      }
      guard names.popLast() != nil else { return tightest }
    }
  }

  /// Processors, rounded up, of a file "MICROSECONDS PERIOD"; nil for "max PERIOD" or no file.
  private static func limit(_ path: String) -> Int? {
    let words = (try? String(contentsOfFile: path, encoding: .utf8))?.split(whereSeparator: \.isWhitespace) ?? []
    guard words.count == 2, let time = Int(words[0]), let period = Int(words[1]), time > 0, period > 0 else {
      return nil
    }
    return (time + period - 1) / period
  }

  /// What tells a file from all others of its kind; 0 where there is none.
  static func number(of path: String) -> UInt64 {
    var facts = stat()
    return stat(path, &facts) == 0 ? UInt64(facts.st_ino) : 0
  }
}
