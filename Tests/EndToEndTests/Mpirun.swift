import Collectives
import Foundation
import Testing

/// The mpirun of the program's MPI, for any number of ranks on any number of cores, also as root.
enum Mpirun {
  /// The command line of some of a job's ranks.
  struct Part {
    let ranks: Int
    let arguments: [String]
    let environment: [String: String]
    let program: String

    init(
      ranks: Int = 1, _ arguments: [String], of program: String = Program.path, environment: [String: String] = [:]
    ) {
      self.program = program
      self.ranks = ranks
      self.arguments = arguments
      self.environment = environment
    }

    fileprivate func words(for mpirun: Collectives.Mpirun) -> [String] {
      mpirun.count(ranks)
        + environment.sorted { $0.key < $1.key }.flatMap {
          mpirun.kind == .hydra ? ["-env", $0, $1] : ["-x", "\($0)=\($1)"]
        }
        + [program] + arguments
    }
  }

  /// Why tests of several ranks are skipped.
  static let missing: Comment = "needs a build with MPI, and that MPI's mpirun"

  /// Whether the program can be started by mpirun here.
  static var isUsable: Bool { found != nil && FileManager.default.isExecutableFile(atPath: Program.path) }

  /// Whether it is Open MPI's.
  static var isOpenMPI: Bool { isUsable && found?.kind != .hydra }

  /// Runs the program as one job of all `parts`.
  static func run(
    _ parts: [Part], in folder: Folder, environment: [String: String] = [:], meanwhile: (pid_t) -> Void = { _ in }
  ) throws -> Ending {
    guard let found else { throw CocoaError(.fileNoSuchFile) }
    return try Program.start(
      found.path, options(of: found) + parts.map { $0.words(for: found) }.joined(separator: [":"]), in: folder,
      environment: common.merging(environment) { $1 }, meanwhile: meanwhile)
  }

  /// The words before `-np`, for scripts that start ranks.
  static var words: [String]? {
    found.map { ["env"] + common.sorted { $0.key < $1.key }.map { "\($0)=\($1)" } + [$0.path] + options(of: $0) }
  }

  private static func options(of found: Collectives.Mpirun) -> [String] {
    var options = found.options()
    // Otherwise an aborting job would often wait a second for ranks that are already ending.
    if found.kind == .openMPI4 { options += ["--mca", "odls_base_sigkill_timeout", "0"] }
    return options
  }

  /// All ranks compute, even on few processors; otherwise tests of many ranks would test fewer.
  private static let common = ["DPTRAIN_OVERSUBSCRIBE": "1"]

  private static let found = try? Collectives.Mpirun.find()
}
