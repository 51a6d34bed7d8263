extension String {
  /// The text as one word of a POSIX shell.
  ///
  /// It works on scalars: a quotation mark and a combining accent are one `Character`, which would hide the mark.
  var shellQuoted: String {
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

  /// The text as a Kubernetes name (RFC 1123): small letters, digits and hyphens, which replace all else.
  var kubernetesName: String {
    let name = lowercased().unicodeScalars.map { scalar in
      switch scalar {
      case "a"..."z", "0"..."9": Character(scalar)
      default: Character("-")
      }
    }
    // A pod's name gets a suffix and may have 63 letters in all.
    let trimmed = String(name.prefix(40)).split(separator: "-").joined(separator: "-")
    return trimmed.isEmpty ? "training" : trimmed
  }

  /// The text with only letters, digits and "._-", safe in a scheduler's directive; hyphens replace all else.
  var directiveWord: String {
    String(
      unicodeScalars.map { scalar in
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": Character(scalar)
        default: Character("-")
        }
      })
  }
}
