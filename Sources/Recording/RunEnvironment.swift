import Collectives
import Foundation
import Tensors
import Training

/// Where and how a run was made: `environment.json`.
public struct RunEnvironment: Codable, Sendable {
  /// This program's version.
  public let version: String
  /// When the run began, ISO 8601.
  public let started: String
  /// The command line.
  public let command: [String]
  /// The number of ranks that compute.
  public let ranks: Int
  /// The number of ranks that were started; more than `ranks` if there were not enough processors.
  public let startedRanks: Int?
  /// The host of each rank.
  public let hosts: [String]
  /// The MPI library, or a note that there is none.
  public let mpi: String
  /// The kernels' instruction set on rank 0.
  public let instructionSet: String
  /// The operating system on rank 0.
  public let system: String
  /// The number of processors that rank 0 sees.
  public let processors: Int
  /// The planned length of the run.
  public let course: Course?
  /// The SHA-256 digest of the parameters before the first step; nil in files of older versions.
  public let initialWeights: String?
  /// The number of machines: groups of ranks that share memory.
  public let machines: Int?
  /// The speed of the link between machines, and the bucket size chosen for it; nil on one machine.
  public let network: LinkSpeed?

  /// Collects the facts; every rank calls it. `initialWeights` is `Experiment.weightsDigest` before the first step.
  /// - Throws: `Failure` if the ranks cannot exchange data.
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
    // Scripts say why they start training again; the history has it.
    let words = CommandLine.arguments
    let reason = words.firstIndex(of: "--reason").map { $0...min($0 + 1, words.count - 1) }
    command = words.indices.filter { reason?.contains($0) != true }.map { words[$0] }
    ranks = communicator.size
    startedRanks = communicator.startedRanks
    hosts = try communicator.gather(Array(communicator.hostName.utf8)).map { String(decoding: $0, as: UTF8.self) }
    self.mpi = mpi
    instructionSet = InstructionSet.active
    system = ProcessInfo.processInfo.operatingSystemVersionString
    processors = ProcessInfo.processInfo.activeProcessorCount
  }

  /// The planned length of a run.
  public struct Course: Codable, Equatable, Sendable {
    /// The number of steps in all.
    public let steps: Int
    /// The number of epochs, unless the number of steps ends the run before.
    public let epochs: Int
    /// The samples per step.
    public let samplesPerStep: Int
    /// The name of the metric that the recipe chose to judge the training by; nil if it chose none, and in files of older
    /// versions.
    public let monitor: String?

    /// The planned length of an experiment.
    public init(_ experiment: Experiment) {
      steps = experiment.settings.totalSteps(samples: experiment.samplesPerEpoch)
      epochs = experiment.settings.epochs
      samplesPerStep = experiment.settings.samplesPerStep
      monitor = experiment.settings.monitor.metric
    }
  }
}
