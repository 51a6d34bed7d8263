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

  /// Fewer parameters than this are updated sooner than ranks meet.
  fileprivate static let worthwhileCount = 32 << 10
}

extension Experiment {
  /// Whether the update is divided among these ranks; `network` is what connects them.
  func dividesUpdate(_ communicator: any Communicator, network: NetworkMeasurement?) -> Bool {
    guard communicator.size > 1, settings.reduction == .tree else { return false }
    switch settings.optimizerSharding {
    case .never: return false
    case .always: return true
    case .auto: break
    }
    let count = model.values.count
    guard count >= OptimizerSharding.worthwhileCount else { return false }
    let machines = communicator.machines.count
    // Sums travel in 16 bits where they are rounded; parameters would in 32.
    return machines == 1
      || settings.compression == nil
        && network?.favorsDividedUpdate(bytes: count * MemoryLayout<Float>.size, machines: machines) ?? true
  }
}
