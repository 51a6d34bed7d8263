import Collectives
import Foundation
import Tensors

/// Where and with what a run was made: `environment.json`.
public struct RunEnvironment: Codable, Sendable {
  /// This program's version.
  public let version: String
  /// When the run began, ISO 8601.
  public let started: String
  /// The command line.
  public let command: [String]
  /// Number of ranks.
  public let ranks: Int
  /// The host of each rank.
  public let hosts: [String]
  /// The MPI library, or that there is none.
  public let mpi: String
  /// The kernels' instruction set on rank 0.
  public let instructionSet: String
  /// The operating system on rank 0.
  public let system: String
  /// Processors that rank 0 sees.
  public let processors: Int
  /// Number of machines: groups of ranks that share memory.
  public let machines: Int?
  /// The network between them, and what was chosen by it; nil on one machine.
  public let network: NetworkMeasurement?

  /// Collects the facts; every rank calls it.
  /// - Throws: `Failure` where the ranks cannot exchange data.
  public init(
    version: String, communicator: any Communicator, mpi: String, network: NetworkMeasurement? = nil
  ) throws {
    machines = communicator.machines.count
    self.network = network
    self.version = version
    started = ISO8601DateFormatter().string(from: Date())
    command = CommandLine.arguments
    ranks = communicator.size
    hosts = try RunEnvironment.hosts(communicator)
    self.mpi = mpi
    instructionSet = InstructionSet.active
    system = ProcessInfo.processInfo.operatingSystemVersionString
    processors = ProcessInfo.processInfo.activeProcessorCount
  }

  private static func hosts(_ communicator: any Communicator) throws -> [String] {
    let width = 256
    let size = communicator.size
    var own = [UInt8](repeating: 0, count: width)
    for (index, byte) in communicator.hostName.utf8.prefix(width).enumerated() { own[index] = byte }
    var all = [UInt8](repeating: 0, count: width * size)
    try own.withUnsafeBytes { send in
      try all.withUnsafeMutableBytes { receive in
        try communicator.allgather(
          send, into: receive, counts: Array(repeating: width, count: size), offsets: (0..<size).map { $0 * width })
      }
    }
    return (0..<size).map { String(decoding: all[$0 * width..<($0 + 1) * width].prefix { $0 != 0 }, as: UTF8.self) }
  }
}
