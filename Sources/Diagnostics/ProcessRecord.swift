import Foundation

/// Linux's record of a process in `/proc/PID/stat`.
package struct ProcessRecord: Equatable {
  /// The program's name, cut to 15 bytes.
  package let name: String
  /// The process that started or adopted this one.
  package let parent: pid_t
  /// When the process began, in ticks since boot. It distinguishes processes that had the same number.
  package let startTime: UInt64

  /// The record of a process; nil if there is no such process, or no `/proc`.
  package init?(of process: pid_t) {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return nil }
    self.init(text)
  }

  /// Parses the file's text, "7 (name) S 1 ...": number, name (which may contain blanks and brackets), state, parent, ...
  init?(_ text: String) {
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close else { return nil }
    let rest = text[text.index(after: close)...].split(separator: " ")
    guard rest.count > 19, let parent = pid_t(rest[1]), let startTime = UInt64(rest[19]) else { return nil }
    name = String(text[text.index(after: open)..<close])
    (self.parent, self.startTime) = (parent, startTime)
  }
}
