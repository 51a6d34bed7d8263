import DPTrain
import Foundation

/// A rank's facts about its machine. Ranks send them as JSON text.
struct MachineFacts: Codable {
  let rank: Int
  let host: String
  /// The processors this rank may run on, as Linux lists them, for example "0-3,8".
  let processors: String
  /// The number of processors this rank may run on.
  let processorCount: Int
  /// The number of processors of the machine.
  let coreCount: Int
  /// The number of processors whose time this rank's control group may use, and the group's number; nil if unlimited.
  let quota: Double?
  let quotaGroup: UInt64?
  /// Bytes of available memory; nil if unknown.
  let availableMemory: Int?
  /// Size in bytes of /dev/shm, through which the ranks of one machine talk; nil if unknown.
  let sharedMemory: Int?
  /// Floating-point operations a second of one core while all ranks measure.
  let peak: Double
  let instructionSet: String

  /// Collects the facts of this process.
  init(rank: Int, host: String, peak: Double) {
    self.rank = rank
    self.host = host
    self.peak = peak
    let status = MachineFacts.lines(of: "/proc/self/status")
    coreCount = ProcessInfo.processInfo.processorCount
    processors = status["Cpus_allowed_list"] ?? "0-\(coreCount - 1)"
    processorCount = MachineFacts.count(processors)
    let limit = CPUQuota.own()
    (quota, quotaGroup) = (limit?.share, limit?.group)
    availableMemory = AvailableMemory.bytes()
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: "/dev/shm")
    sharedMemory = attributes?[.systemSize] as? Int
    instructionSet = InstructionSet.active
  }

  /// The "name: value" lines of a file.
  private static func lines(of path: String) -> [String: String] {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return Dictionary(
      text.split(separator: "\n").compactMap { line in
        line.firstIndex(of: ":").map { colon in
          (String(line[..<colon]), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
        }
      }, uniquingKeysWith: { first, _ in first })
  }

  /// How many numbers a list such as "0-3,8" contains.
  private static func count(_ list: String) -> Int {
    list.split(separator: ",").reduce(0) { sum, part in
      let ends = part.split(separator: "-").compactMap { Int($0) }
      return sum + (ends.count == 2 ? ends[1] - ends[0] + 1 : 1)
    }
  }
}
