import Collectives
import Foundation
import Tensors
import Training

/// Where and with what a run was made: `environment.json`.
public struct RunEnvironment: Codable, Sendable {
  /// This program's version.
  public let version: String
  /// When the run began, ISO 8601.
  public let started: String
  /// The command line.
  public let command: [String]
  /// Number of ranks that compute.
  public let ranks: Int
  /// Number of ranks that were started; more than `ranks` where there were not enough processors.
  public let startedRanks: Int?
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
  /// How far the run is to go.
  public let course: Course?
  /// The SHA-256 digest of the parameters before the first step; nil where an older version wrote the file.
  public let initialWeights: String?
  /// Number of machines: groups of ranks that share memory.
  public let machines: Int?
  /// The link between them, and the bucket size chosen for it; nil on one machine.
  public let network: LinkSpeed?

  /// Collects the facts; every rank calls it. `initialWeights` is what `Experiment.weightsDigest` was before the first step.
  /// - Throws: `Failure` where the ranks cannot exchange data.
  public init(
    version: String, communicator: any Communicator, mpi: String, course: Course, initialWeights: String?,
    network: LinkSpeed? = nil
  ) throws {
    self.course = course
    self.initialWeights = initialWeights
    machines = communicator.machines.count
    self.network = network
    self.version = version
    started = ISO8601DateFormatter().string(from: Date())
    command = CommandLine.arguments
    ranks = communicator.size
    startedRanks = communicator.startedRanks
    hosts = try communicator.gather(Array(communicator.hostName.utf8)).map { String(decoding: $0, as: UTF8.self) }
    self.mpi = mpi
    instructionSet = InstructionSet.active
    system = ProcessInfo.processInfo.operatingSystemVersionString
    processors = ProcessInfo.processInfo.activeProcessorCount
  }

  /// How far a run is to go.
  public struct Course: Codable, Equatable, Sendable {
    /// Steps in all.
    public let steps: Int
    /// Epochs, if no number of steps ends it before.
    public let epochs: Int
    /// Samples of a step.
    public let samplesPerStep: Int

    /// That of an experiment.
    public init(_ experiment: Experiment) {
      steps = experiment.settings.totalSteps(samples: experiment.data.training.count)
      epochs = experiment.settings.epochs
      samplesPerStep = experiment.settings.samplesPerStep
    }
  }
}
