import Collectives

/// Whether the update of the weights is divided among the ranks.
public enum OptimizerSharding: String, CaseIterable, Sendable {
  /// If it is faster: with several ranks and enough parameters; between machines, if the forward pass hides more messages
  /// than are added.
  case auto
  /// If there are several ranks and sums are made in the tree.
  case always
  /// Each rank makes the whole update.
  case never

  /// With fewer parameters than these 32 Ki, an update is faster than a synchronization of the ranks.
  private static let worthwhileBytes = 128 << 10

  /// Whether an update of `bytes` of parameters is divided among ranks on some machines, if gradients' sums are made in the
  /// tree, rounded or not; `link` is the link between the machines, if it is known.
  package func divides(bytes: Int, ranks: Int, machines: Int, isCompressed: Bool, link: LinkSpeed?) -> Bool {
    guard ranks > 1 else { return false }
    switch self {
    case .never: return false
    case .always: return true
    case .auto:
      guard bytes >= Self.worthwhileBytes else { return false }
      if machines == 1 { return true }
      // Rounded sums travel in 16 bits; parameters would in 32.
      return !isCompressed && link?.favorsDividedUpdate(bytes: bytes, machines: machines) ?? true
    }
  }
}
