/// The name of a tar file's member in WebDataset's convention: the sample's key, then a dot, then what the member is to the sample.
struct MemberName {
  /// The name up to the first dot of its last part, with folders.
  let key: Substring
  /// What follows that dot, in small letters, such as `jpg` or `seg.png`.
  let ending: String

  /// Divides a name; nil if it belongs to no sample: without a dot, beginning with one, or WebDataset's own facts (`__…__`).
  init?(_ name: String) {
    // A dot and a combining accent are one `Character`.
    let scalars = name.unicodeScalars
    let start = scalars.lastIndex(of: "/").map(scalars.index(after:)) ?? scalars.startIndex
    guard let dot = scalars[start...].firstIndex(of: "."), dot > start, scalars.index(after: dot) < scalars.endIndex
    else { return nil }
    guard !MemberName.isHidden(name) else { return nil }
    key = Substring(scalars[..<dot])
    ending = String(scalars[scalars.index(after: dot)...]).lowercased()
  }

  /// Whether a name is of WebDataset's own facts (`__…__`), or begins with a dot.
  static func isHidden(_ name: String) -> Bool {
    let first = name.drop { $0 == "." || $0 == "/" }.prefix { $0 != "/" }
    return first.count > 4 && first.hasPrefix("__") && first.hasSuffix("__")
      || name.split(separator: "/").last?.hasPrefix(".") == true
  }
}
