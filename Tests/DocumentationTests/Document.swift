import Foundation
import Testing

/// A page in Markdown.
struct Document: Sendable, CustomTestStringConvertible {
  /// The path from the top of the repository.
  let path: String
  /// The whole text.
  let text: String

  var testDescription: String { path }

  /// The lines outside of code blocks, and those within.
  private var lines: (prose: [String], code: [String]) {
    var (prose, code) = ([String](), [String]())
    var isFenced = false
    for line in text.components(separatedBy: "\n") {
      if line.hasPrefix("```") || line.hasPrefix("  ```") {
        isFenced.toggle()
      } else if isFenced || line.hasPrefix("    ") {
        code.append(line)
      } else {
        prose.append(line)
      }
    }
    return (prose, code)
  }

  /// The lines of code blocks.
  var code: [String] { lines.code }

  /// The text outside of code blocks.
  var prose: String { lines.prose.joined(separator: "\n") }

  /// The texts in single backquotes, on one line.
  var spans: [String] { prose.matches(of: /`([^`\n]+)`/).map { String($0.1) } }

  /// The targets of links and pictures.
  var links: [String] {
    // Code may contain brackets and parentheses.
    prose.replacing(/`[^`\n]+`/, with: "code").matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }
  }

  /// The anchors of the headings, as GitHub makes them.
  var anchors: Set<String> {
    var seen: [String: Int] = [:]
    return Set(
      lines.prose.filter { $0.hasPrefix("#") }.map { line in
        let title = line.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
        let kept = title.filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
        let anchor = kept.replacing(" ", with: "-")
        defer { seen[anchor, default: 0] += 1 }
        return seen[anchor].map { "\(anchor)-\($0)" } ?? anchor
      })
  }
}
