import Collectives
import DPTrain
import Planning

extension Recipe {
  /// Whether a training divides the update of so many bytes of parameters between machines that such a network joins.
  func dividesUpdate(bytes: Int, machines: Int, network: Interconnect) -> Bool {
    machines > 1 && reduction == .tree
      && optimizerSharding.divides(
        bytes: bytes, ranks: machines, machines: machines, isCompressed: compression != nil,
        network: NetworkMeasurement(latency: network.latency, bytesPerSecond: network.bandwidth))
  }
}
