import Foundation
import Testing

/// Open MPI's mpirun, with as many ranks as wanted on however few cores, and as root too.
enum Mpirun {
  /// What some of the ranks of a job run.
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

    fileprivate var words: [String] {
      ["-np", String(ranks)] + environment.sorted { $0.key < $1.key }.flatMap { ["-x", "\($0)=\($1)"] }
        + [program] + arguments
    }
  }

  /// Why tests of several ranks are skipped.
  static let missing: Comment = "needs Open MPI's mpirun and a build with MPI"

  /// Whether the program can be started by mpirun here.
  static let isUsable: Bool = {
    guard let path, FileManager.default.isExecutableFile(atPath: Program.path) else { return false }
    let here = Folder(path: "/")
    let launcher = try? Program.start(path, ["--version"], in: here)
    let program = try? Program.start(Program.path, ["--version"], in: here)
    return launcher?.text.contains("Open MPI") == true && program?.output.contains("Open MPI") == true
  }()

  /// Runs the program as one job of all `parts`.
  static func run(
    _ parts: [Part], in folder: Folder, environment: [String: String] = [:], meanwhile: (pid_t) -> Void = { _ in }
  ) throws -> Ending {
    guard let path else { throw CocoaError(.fileNoSuchFile) }
    var options = ["-q", "--bind-to", "none", "--mca", "pml", "ob1", "--mca", "btl", "vader,self"]
    // A job that aborts would else often wait a second for ranks that are ending anyway.
    options += ["--mca", "odls_base_sigkill_timeout", "0"]
    return try Program.start(
      path, options + parts.map(\.words).joined(separator: [":"]), in: folder,
      environment: permissions.merging(environment) { $1 }, meanwhile: meanwhile)
  }

  /// All ranks compute, however few processors there are: else tests of more ranks would test fewer.
  private static let permissions = [
    "DPTRAIN_OVERSUBSCRIBE": "1",
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1",
  ]

  private static let path: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/mpirun" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()
}
