import Foundation

/// What Linux tells about a process in `/proc/PID/stat`.
package struct ProcessRecord: Equatable {
  /// The program's name, cut to 15 bytes.
  package let name: String
  /// The process that started this one, or has adopted it.
  package let parent: pid_t
  /// When the process began, in the system's ticks. It tells processes apart that have had the same number.
  package let startTime: UInt64

  /// The record of a process; nil if there is no such process, or the system does not tell.
  package init?(of process: pid_t) {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return nil }
    self.init(text)
  }

  /// The text of the file, "7 (name) S 1 ...": number, name, which may have blanks and brackets, state, parent, and so on.
  init?(_ text: String) {
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close else { return nil }
    let rest = text[text.index(after: close)...].split(separator: " ")
    guard rest.count > 19, let parent = pid_t(rest[1]), let startTime = UInt64(rest[19]) else { return nil }
    name = String(text[text.index(after: open)..<close])
    (self.parent, self.startTime) = (parent, startTime)
  }
}
