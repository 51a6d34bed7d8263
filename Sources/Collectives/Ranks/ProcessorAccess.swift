import CMPIShim
import Foundation

/// The processors of its machine that a process may use.
struct ProcessorAccess: Equatable {
  /// The processors it may run on, one bit each; all 0 if unknown.
  let mask: [UInt64]
  /// The number of processors whose time its control group may use; nil if there is no limit.
  let quota: Int?
  /// The number of the control group with the quota, which its processes share.
  let group: UInt64

  /// The numbers of the processors, ascending.
  var processors: [Int] {
    (0..<mask.count * UInt64.bitWidth).filter { mask[$0 / UInt64.bitWidth] >> UInt64($0 % UInt64.bitWidth) & 1 == 1 }
  }

  /// The access of this process.
  static func own() -> ProcessorAccess {
    var mask = [UInt64](repeating: 0, count: Int(DPT_PROCESSOR_WORDS))
    dpt_processors(&mask)
    let limit = CPUQuota.own()
    return ProcessorAccess(mask: mask, quota: limit?.processors, group: limit?.group ?? 0)
  }

  /// A file's inode number; 0 if there is no file.
  static func number(of path: String) -> UInt64 {
    var facts = stat()
    return stat(path, &facts) == 0 ? UInt64(facts.st_ino) : 0
  }
}
