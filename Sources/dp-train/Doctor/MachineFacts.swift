import DPTrain
import Foundation

/// What a rank knows of its machine; as text it travels to rank 0.
struct MachineFacts: Codable {
  let rank: Int
  let host: String
  /// The processors this rank may run on, as Linux lists them, for example "0-3,8".
  let processors: String
  /// How many of them.
  let processorCount: Int
  /// Processors of the machine.
  let coreCount: Int
  /// Processors' time that the control group of this rank may use, and the group's number; nil for no limit.
  let quota: Double?
  let quotaGroup: UInt64?
  /// Bytes of memory that are free for use, or nil where the system does not tell.
  let availableMemory: Int?
  /// Bytes of the shared memory that ranks of one machine talk through, or nil.
  let sharedMemory: Int?
  /// Floating-point operations a second of one core, all ranks at once.
  let peak: Double
  let instructionSet: String

  /// Looks around.
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
    availableMemory = MachineFacts.lines(of: "/proc/meminfo")["MemAvailable"].flatMap { text in
      text.split(separator: " ").first.flatMap { Int($0) }.map { $0 << 10 }
    }
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

  /// The numbers in a list such as "0-3,8".
  private static func count(_ list: String) -> Int {
    list.split(separator: ",").reduce(0) { sum, part in
      let ends = part.split(separator: "-").compactMap { Int($0) }
      return sum + (ends.count == 2 ? ends[1] - ends[0] + 1 : 1)
    }
  }
}
