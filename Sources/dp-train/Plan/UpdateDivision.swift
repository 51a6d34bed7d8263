import Collectives
import DPTrain
import Planning

extension Recipe {
  /// Whether a training divides the update of so many bytes of parameters between machines that such a network joins.
  func dividesUpdate(bytes: Int, machines: Int, network: Interconnect) -> Bool {
    guard reduction == .tree else { return false }
    return switch optimizerSharding {
    case .never: false
    case .always: machines > 1
    case .auto:
      compression == nil
        && NetworkMeasurement(latency: network.latency, bytesPerSecond: network.bandwidth)
          .favorsDividedUpdate(bytes: bytes, machines: machines)
    }
  }
}
