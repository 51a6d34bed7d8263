import DPTrain
import Foundation

/// Starts this program as a job of several ranks on this machine.
struct RankLauncher {
  /// The command that starts ranks, with "{ranks}" for their number; nil for the mpirun of the program's MPI.
  let command: String?

  /// A running job.
  struct Job {
    let process: Process
    fileprivate let log: String
    fileprivate let command: [String]

    /// Waits for the end and returns what the job wrote to standard output and standard error.
    /// - Throws: `Failure` (software) if its exit status is not 0.
    @discardableResult func finish() throws -> String {
      process.waitUntilExit()
      let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
      guard process.terminationStatus == 0 else {
        throw Failure(
          .software, "this ended with status \(process.terminationStatus): \(command.joined(separator: " "))\n\(said)",
          advice: "--launcher names the command that starts ranks here")
      }
      return said
    }
  }

  /// Starts the program; its output goes to the file `log`. One rank needs no launcher.
  /// - Throws: `Failure` (cannotCreate) if the log cannot be written; `Failure` (unavailable) if the command is not found
  ///   or cannot be started.
  func start(_ arguments: [String], ranks: Int, log: String) throws -> Job {
    let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
    let command = try (ranks == 1 ? [] : launcher(ranks: ranks)) + [program] + arguments
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.standardInput = FileHandle.nullDevice
    // Clear MPI variables so that a nested job does not join its parent's.
    let isRank = Launch().launcher != nil
    var environment = ProcessInfo.processInfo.environment.filter { name, _ in
      !isRank || !Mpirun.isOfAJob(name)
    }
    // All ranks must compute, even if there are fewer processors.
    environment[MPICommunicator.oversubscribeKey] = "1"
    process.environment = environment
    guard FileManager.default.createFile(atPath: log, contents: nil), let handle = FileHandle(forWritingAtPath: log)
    else {
      throw Failure(.cannotCreate, "cannot write \(log)")
    }
    process.standardOutput = handle
    process.standardError = handle
    do {
      try process.run()
    } catch {
      throw Failure(.unavailable, "cannot start \(command[0]): \((error as NSError).localizedDescription)")
    }
    return Job(process: process, log: log, command: command)
  }

  private func launcher(ranks: Int) throws -> [String] {
    guard let command else {
      return try Mpirun.find().command(ranks: ranks, cores: ProcessInfo.processInfo.activeProcessorCount)
    }
    return command.replacingOccurrences(of: "{ranks}", with: String(ranks)).split(separator: " ").map(String.init)
  }
}
