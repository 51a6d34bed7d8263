/// Where a file pads sequences that have fewer steps than it has room for.
public enum SequencePadding: String, CaseIterable, Sendable {
  /// The steps that are there come first.
  case behind
  /// The steps that are there come last.
  case front
}
