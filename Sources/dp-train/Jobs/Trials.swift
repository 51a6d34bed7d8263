import DPTrain
import Foundation

/// Trains one recipe several times, each time as a separate job with its own folder.
final class Trials {
  /// The result of a training.
  struct Outcome {
    let name: String
    let digest: String
    let seconds: Double
  }

  private let folder: String
  private let recipe: [String]
  private let launcher: RankLauncher
  private var count = 0

  init(folder: String, arguments: [String], folds: Int?, launcher: String?) {
    self.folder = folder
    // All folds would be trained; one proves as much.
    recipe = arguments + (folds == nil ? [] : ["data.fold=1"])
    self.launcher = RankLauncher(command: launcher)
  }

  /// Trains to the end on `ranks` ranks.
  func train(ranks: Int, steps: Int) throws -> Outcome {
    let out = try freshFolder()
    let start = monotonicSeconds()
    try launcher.start(arguments(steps: steps, out: out), ranks: ranks, log: out + "/log").finish()
    return Outcome(
      name: "\(ranks)", digest: try sha256(ofFile: out + "/run/weights.safetensors"),
      seconds: monotonicSeconds() - start)
  }

  /// Trains on `ranks` ranks, kills the job after its first checkpoint, and resumes on `others` ranks.
  func trainKilled(ranks: Int, then others: Int, steps: Int) throws -> Outcome {
    let out = try freshFolder()
    let start = monotonicSeconds()
    // The extra keys only decide when to save.
    let arguments = arguments(steps: steps, out: out) + ["checkpoint.steps=\(max(1, steps / 10))", "--resume"]
    let run = try launcher.start(arguments, ranks: ranks, log: out + "/log")
    while run.process.isRunning, !FileManager.default.fileExists(atPath: out + "/run/checkpoints/last") {
      Thread.sleep(forTimeInterval: 0.005)
    }
    let wasKilled = run.process.isRunning
    // A killed launcher cannot end its ranks: they notice and end themselves.
    kill(run.process.processIdentifier, SIGKILL)
    run.process.waitUntilExit()
    try launcher.start(arguments, ranks: others, log: out + "/log").finish()
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
    ["train"] + recipe + ["steps=\(steps)", "epochs=1000000", "evaluate.every=0", "--out", out + "/run"]
  }
}
