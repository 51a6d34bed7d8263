import DPTrain
import Foundation
import Planning

/// Times short trainings on this machine, each as a separate job.
struct MachineTrials {
  private let folder: String
  private let arguments: [String]
  private let launcher: RankLauncher
  private let seconds: Double

  /// The part of `benchmark --json` that is needed.
  private struct Measured: Decodable {
    struct Layer: Decodable {
      let depth, parameterBytes: Int
      let packMs, forwardMs, backwardMs: Double
    }

    let stepMsShares: [Double]
    let communicationMs, waitingMs: Double
    let layers: [Layer]
  }

  /// Trials of the recipe that `arguments` name, each of about `seconds`.
  /// - Throws: `Failure` (cannotCreate) if the folder for files cannot be created.
  init(arguments: [String], launcher: String?, seconds: Double) throws {
    (self.arguments, self.launcher, self.seconds) = (arguments, RankLauncher(command: launcher), seconds)
    folder = FileManager.default.temporaryDirectory.appending(path: "dp-train-plan-\(UUID().uuidString)").path
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw Failure(.cannotCreate, "\(folder) cannot be created: \((error as NSError).localizedDescription)")
    }
  }

  /// Removes the folder.
  func remove() {
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Measures a machine's step under a load. `batch` is the machine's share of the batch; `parts` is `compression.parts`,
  /// or nil without compression.
  /// - Throws: `Failure` (software, unavailable) if the training fails or cannot be started.
  func measure(_ load: Layouts.Load, batch: Int, parts: Int?) throws -> Machine {
    let arguments =
      ["benchmark"] + self.arguments
      + ["batch=\(batch)", "shards=\(load.shards)"] + (parts.map { ["compression.parts=\($0)"] } ?? []) + [
        "--seconds", "\(seconds)", "--layers", "--json",
      ]
    let said = try launcher.start(arguments, ranks: load.ranks, log: folder + "/log").finish()
    // MPI may print lines before.
    guard let line = said.split(separator: "\n").last(where: { $0.hasPrefix("{") }),
      let measured = try? JSONDecoder().decode(Measured.self, from: Data(line.utf8))
    else {
      throw Failure(.software, "dp-train \(arguments.joined(separator: " ")) printed no measurement:\n\(said)")
    }
    let layers = measured.layers.filter { $0.depth == 0 }
    return Machine(
      ranks: load.ranks, shards: load.shards, step: Distribution(shares: measured.stepMsShares).scaled(by: 1e-3),
      waiting: measured.waitingMs * 1e-3, reduction: measured.communicationMs * 1e-3,
      forward: layers.map { Machine.Stage(seconds: ($0.packMs + $0.forwardMs) * 1e-3, bytes: $0.parameterBytes) },
      backward: layers.reversed().map { Machine.Stage(seconds: $0.backwardMs * 1e-3, bytes: $0.parameterBytes) })
  }
}
