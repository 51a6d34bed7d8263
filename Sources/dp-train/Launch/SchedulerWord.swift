extension String {
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
