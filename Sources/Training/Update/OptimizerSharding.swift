import Collectives

/// Whether the ranks share out the update of the weights, each updating a part of them.
public enum OptimizerSharding: String, CaseIterable, Sendable {
  /// If it pays: with several ranks and not too few parameters, and between machines if the messages that a forward pass can
  /// hide outweigh the additional ones.
  case auto
  /// Whenever there are several ranks and sums are made in the tree.
  case always
  /// Each rank makes the whole update.
  case never

  /// Fewer parameters, 32 Ki of them, are updated faster than ranks synchronize.
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
