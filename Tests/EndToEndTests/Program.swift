import Foundation

/// The end of a process, and all its output.
struct Ending {
  /// The exit status, or the number of the signal that ended it.
  let status: Int32
  /// The text on standard output.
  let output: String
  /// The text on standard error.
  let errors: String
  /// Seconds that it ran.
  let seconds: Double

  /// The lines of standard output; mpirun may change line ends.
  var lines: [Substring] { output.split(omittingEmptySubsequences: false) { $0.isNewline } }

  /// Both outputs, for messages of failed tests.
  var text: String { output + errors }
}

/// A process that did not end in time.
struct Hang: Error, CustomStringConvertible {
  let description: String
}

/// The program under test.
enum Program {
  static let path = path(of: "dp-train")

  /// The path of another program of the package.
  static func path(of name: String) -> String {
    let bundle = Bundle.allBundles.map(\.bundlePath).first { $0.hasSuffix(".xctest") }
    return URL(filePath: bundle ?? CommandLine.arguments[0]).deletingLastPathComponent().appending(path: name).path
  }

  /// Runs the program, or another, in `folder`, alone or as `ranks` ranks of one mpirun.
  static func run(
    _ arguments: [String], of program: String = path, ranks: Int? = nil, in folder: Folder,
    environment: [String: String] = [:], meanwhile: (pid_t) -> Void = { _ in }
  ) throws -> Ending {
    if let ranks {
      return try Mpirun.run(
        [Mpirun.Part(ranks: ranks, arguments, of: program)], in: folder, environment: environment,
        meanwhile: meanwhile)
    }
    return try start(program, arguments, in: folder, environment: environment, meanwhile: meanwhile)
  }

  /// The processes that `process` has started and that run: the ranks of an mpirun.
  static func children(of process: pid_t) -> [pid_t] {
    let text = (try? String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)) ?? ""
    return text.split(separator: " ").compactMap { pid_t($0) }
  }

  /// Runs any executable in `folder` and waits for it, at most `limit` seconds; then its process group is ended.
  ///
  /// The environment is that of the tests without variables of launchers and of the program. `meanwhile` is called while
  /// the process runs.
  /// - Throws: `Hang` if the time is over.
  static func start(
    _ path: String, _ arguments: [String], in folder: Folder, environment: [String: String] = [:],
    limit: Double = 60, meanwhile: (pid_t) -> Void = { _ in }
  ) throws -> Ending {
    // Files, not pipes: they cannot fill up, and readers do not wait for children that outlive the process.
    let outputs = Folder()
    defer { outputs.remove() }
    try outputs.create()
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: folder.path)
    process.environment = inherited.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try outputs.handle(writing: "output")
    process.standardError = try outputs.handle(writing: "errors")
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }

    let clock = ContinuousClock()
    let start = clock.now
    try withSignalsUnblocked { try process.run() }
    meanwhile(process.processIdentifier)
    let inTime = ended.wait(timeout: .now() + limit) == .success
    if !inTime { end(process, ended) }
    let ending = Ending(
      status: process.terminationStatus, output: try outputs.text("output"), errors: try outputs.text("errors"),
      seconds: (clock.now - start) / .seconds(1))
    guard inTime else {
      let command = ([path] + arguments).joined(separator: " ")
      throw Hang(description: "did not end within \(limit) s: \(command)\n\(ending.text)")
    }
    return ending
  }

  /// Tests run on threads that block signals, which started processes would inherit.
  private static func withSignalsUnblocked(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
  }

  /// Ends the process and its children: first by a signal, so that mpirun can end its ranks, then by force.
  private static func end(_ process: Process, _ ended: DispatchSemaphore) {
    kill(-process.processIdentifier, SIGTERM)
    if ended.wait(timeout: .now() + 3) == .timedOut {
      kill(-process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  private static let inherited = ProcessInfo.processInfo.environment.filter { name, _ in
    !["OMPI_", "PMIX_", "PMI_", "SLURM_", "DPTRAIN_"].contains { name.hasPrefix($0) }
  }
}
