import DPTrain
import Foundation

/// Trainings of one recipe by this program in processes of their own, each in a folder of its own.
final class Trials {
  /// What a training gave.
  struct Outcome {
    let name: String
    let digest: String
    let seconds: Double
  }

  private let folder: String
  private let words: [String]
  private let launcher: String
  private var count = 0

  init(folder: String, words: [String], launcher: String) {
    self.folder = folder
    self.words = words
    self.launcher = launcher
  }

  /// Trains to the end.
  func train(ranks: Int, steps: Int) throws -> Outcome {
    let out = try freshFolder()
    let start = monotonicSeconds()
    try finish(try launch(arguments(steps: steps, out: out), ranks: ranks, log: out))
    return Outcome(
      name: "\(ranks)", digest: try sha256(ofFile: out + "/run/weights.safetensors"),
      seconds: monotonicSeconds() - start)
  }

  /// Trains, is killed after its first checkpoint, and goes on with other ranks.
  func trainKilled(ranks: Int, then others: Int, steps: Int) throws -> Outcome {
    let out = try freshFolder()
    let start = monotonicSeconds()
    // The extra keys decide on nothing but when to save.
    let arguments = arguments(steps: steps, out: out) + ["checkpoint.steps=\(max(1, steps / 10))", "--resume"]
    let run = try launch(arguments, ranks: ranks, log: out)
    while run.process.isRunning, !FileManager.default.fileExists(atPath: out + "/run/checkpoints/last") {
      Thread.sleep(forTimeInterval: 0.005)
    }
    let wasKilled = run.process.isRunning
    // A launcher that is killed cannot tidy up: its ranks notice by themselves.
    kill(run.process.processIdentifier, SIGKILL)
    run.process.waitUntilExit()
    try finish(try launch(arguments, ranks: others, log: out))
    return Outcome(
      name: "\(ranks)\(wasKilled ? ", killed," : " ended,") then \(others)",
      digest: try sha256(ofFile: out + "/run/weights.safetensors"), seconds: monotonicSeconds() - start)
  }

  private func freshFolder() throws -> String {
    count += 1
    let path = "\(folder)/\(count)"
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw Failure(.cannotCreate, "\(path) cannot be created: \((error as NSError).localizedDescription)")
    }
    return path
  }

  private func arguments(steps: Int, out: String) -> [String] {
    ["train"] + words + ["steps=\(steps)", "epochs=1000000", "evaluate.every=0", "--out", out + "/run"]
  }

  private struct Run {
    let process: Process
    let log: String
    let command: String
  }

  private func launch(_ arguments: [String], ranks: Int, log folder: String) throws -> Run {
    let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
    let start = launcher.replacingOccurrences(of: "{ranks}", with: String(ranks)).split(separator: " ").map(String.init)
    let command = (ranks == 1 ? [] : start) + [program] + arguments
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.standardInput = FileHandle.nullDevice
    var environment = ProcessInfo.processInfo.environment
    // Who trains as root knows it.
    environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
    environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    process.environment = environment
    let log = "\(folder)/log"
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
    return Run(process: process, log: log, command: command.joined(separator: " "))
  }

  private func finish(_ run: Run) throws {
    run.process.waitUntilExit()
    guard run.process.terminationStatus == 0 else {
      let said = (try? String(contentsOfFile: run.log, encoding: .utf8)) ?? ""
      throw Failure(
        .software, "this ended with status \(run.process.terminationStatus): \(run.command)\n\(said)",
        advice: "--launcher names the command that starts ranks here")
    }
  }
}
