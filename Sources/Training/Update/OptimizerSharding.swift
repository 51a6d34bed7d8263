import Collectives

/// Whether the ranks share out the update of the weights, each updating a part of them.
public enum OptimizerSharding: String, CaseIterable, Sendable {
  /// Where it pays: where there are several ranks and not too few parameters, and between machines where what a forward
  /// pass can hide is worth more than the messages that come on top.
  case auto
  /// Wherever there are several ranks and sums are made in the tree.
  case always
  /// Each rank makes the whole update.
  case never

  /// Fewer parameters, 32 Ki of them, are updated sooner than ranks meet.
  private static let worthwhileBytes = 128 << 10

  /// Whether an update of `bytes` of parameters is divided among so many ranks on so many machines, which make the
  /// gradients' sums in the tree, rounded or not; `network` is what connects the machines, where that is known.
  package func divides(
    bytes: Int, ranks: Int, machines: Int, isCompressed: Bool, network: NetworkMeasurement?
  ) -> Bool {
    guard ranks > 1 else { return false }
    switch self {
    case .never: return false
    case .always: return true
    case .auto:
      guard bytes >= Self.worthwhileBytes else { return false }
      if machines == 1 { return true }
      // Sums travel in 16 bits where they are rounded; parameters would in 32.
      return !isCompressed && network?.favorsDividedUpdate(bytes: bytes, machines: machines) ?? true
    }
  }
}

extension Experiment {
  /// Whether the update is divided among these ranks; `network` is what connects them.
  func dividesUpdate(_ communicator: any Communicator, network: NetworkMeasurement?) -> Bool {
    settings.reduction == .tree
      && settings.optimizerSharding.divides(
        bytes: model.valueCount * MemoryLayout<Float>.size, ranks: communicator.size,
        machines: communicator.machines.count, isCompressed: settings.compression != nil, network: network)
  }
}
