/// The end at which a file pads sequences that have fewer steps than the array.
public enum SequencePadding: String, CaseIterable, Sendable {
  /// Valid steps come first.
  case behind
  /// Valid steps come last.
  case front
}
