extension String {
  /// The text as one word of a POSIX shell.
  ///
  /// By scalars: a quotation mark and an accent behind it are one `Character`, in which the mark would be overlooked.
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

  /// The text with all but small letters, digits and hyphens replaced, as Kubernetes wants names (RFC 1123).
  var kubernetesName: String {
    let name = lowercased().unicodeScalars.map { scalar in
      switch scalar {
      case "a"..."z", "0"..."9": Character(scalar)
      default: Character("-")
      }
    }
    // Pods get a suffix of their own, and 63 letters in all.
    let trimmed = String(name.prefix(40)).split(separator: "-").joined(separator: "-")
    return trimmed.isEmpty ? "training" : trimmed
  }

  /// The text with all replaced that a scheduler's directive could take for something else.
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
