extension StringProtocol {
  /// This text made safe for a terminal: control characters, and those that change the text's direction, become `\\x1b` or
  /// `\\u202e`. Line ends stay if `keepsLines`.
  package func visible(keepsLines: Bool = false) -> String {
    func isHidden(_ scalar: Unicode.Scalar) -> Bool {
      switch scalar.value {
      case 0x0A: !keepsLines
      case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
      default: false
      }
    }
    guard unicodeScalars.contains(where: isHidden) else { return String(self) }
    var text = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      guard isHidden(scalar) else {
        text.append(scalar)
        continue
      }
      let digits = String(scalar.value, radix: 16)
      let width = scalar.value < 0x100 ? 2 : 4
      let zeros = String(repeating: "0", count: width - digits.count)
      text.append(contentsOf: ((width == 2 ? "\\x" : "\\u") + zeros + digits).unicodeScalars)
    }
    return String(text)
  }

  /// This text as a double-quoted YAML string.
  package var yamlQuoted: String {
    var quoted = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      default:
        switch scalar.properties.generalCategory {
        case .control, .format, .unassigned, .lineSeparator, .paragraphSeparator:
          let hex = String(scalar.value, radix: 16)
          quoted += "\\U" + String(repeating: "0", count: 8 - hex.count) + hex
        default:
          quoted.unicodeScalars.append(scalar)
        }
      }
    }
    return quoted + "\""
  }
}
