extension String {
  /// The text as one word of a POSIX shell.
  ///
  /// It works on scalars: a quotation mark and a combining accent are one `Character`, which would hide the mark.
  package var shellQuoted: String {
    let isPlain = unicodeScalars.allSatisfy { scalar in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-", "/", "=", ":", ",", "+": true
      default: false
      }
    }
    guard !isPlain || isEmpty else { return self }
    var quoted = String.UnicodeScalarView("'".unicodeScalars)
    for scalar in unicodeScalars {
      if scalar == "'" { quoted.append(contentsOf: "'\\''".unicodeScalars) } else { quoted.append(scalar) }
    }
    quoted.append("'")
    return String(quoted)
  }
}
