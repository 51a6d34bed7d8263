import Diagnostics
import Formats
import Foundation

/// The folder of a sweep. All jobs that work on the sweep write here, each a file of its own at a time.
package struct SweepFolder: Sendable {
  /// The folder's path.
  package let path: String

  /// Takes a folder's path.
  package init(path: String) {
    self.path = path
  }

  /// What is trained.
  package var plan: String { path + "/sweep.json" }
  /// The table of all variants.
  package var table: String { path + "/sweep.csv" }
  /// The page.
  package var page: String { path + "/sweep.html" }
  /// A file that makes all jobs save and stop.
  package var stop: String { path + "/stop" }
  private var results: String { path + "/results" }

  /// The run folder of a variant.
  package func run(_ number: Int) -> RunFolder { RunFolder(path: "\(path)/runs/\(SweepFolder.padded(number))") }

  /// The lines that a variant's training prints.
  package func log(_ number: Int) -> String { run(number).path + "/log.txt" }

  /// Whether the folder holds a sweep.
  package var exists: Bool { FileManager.default.fileExists(atPath: plan) }

  /// Creates the folder for a plan, or checks that it has the same one.
  /// - Throws: `Failure` (cannotCreate) naming what cannot be made.
  package func create(plan text: String) throws {
    for folder in [results, path + "/runs"] {
      let fault = makeFolders(folder)
      guard fault == 0 else {
        throw Failure(
          exitCode(ofMaking: fault), "cannot make the sweep's folder \(folder): \(String(cString: strerror(fault)))",
          advice: "choose a folder that you may write to with --out")
      }
    }
    try AtomicFile.write(Array(text.utf8), to: plan)
  }

  /// Reads the plan's text.
  /// - Throws: `Failure` (noInput) if it cannot be read.
  package func readPlan() throws -> String {
    let data = try readRecord(plan, advice: "a sweep writes it when it begins")
    return String(decoding: data, as: UTF8.self)
  }

  /// Writes a result: first to a temporary file, which is then renamed.
  /// - Throws: `Failure` naming the file.
  package func write(_ result: SweepResult) throws {
    let encoder = JSONEncoder.withSpecialNumbers([.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    try AtomicFile.write(Array(try encoder.encode(result)) + [0x0A], to: place(of: result.number, rung: result.rung))
  }

  /// Writes a text file of the folder: first to a temporary file, which is then renamed.
  /// - Throws: `Failure` naming the file.
  package func write(_ text: String, to path: String) throws { try AtomicFile.write(Array(text.utf8), to: path) }

  /// Whether there is a variant's result of a rung.
  package func hasResult(_ number: Int, rung: Int) -> Bool {
    FileManager.default.fileExists(atPath: place(of: number, rung: rung))
  }

  /// Reads all results except those that `known` contains, by file name.
  /// - Throws: `Failure` (data) naming a file that is damaged.
  package func readResults(besides known: inout Set<String>) throws -> [SweepResult] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: results)) ?? []
    return try names.sorted().compactMap { name in
      guard name.hasSuffix(".json"), !name.hasPrefix("."), known.insert(name).inserted else { return nil }
      let data = try readRecord("\(results)/\(name)", advice: "it holds what came of a variant")
      do { return try JSONDecoder.withSpecialNumbers().decode(SweepResult.self, from: data) } catch {
        throw Failure(
          .data, "\(results)/\(name) is damaged",
          advice: "remove it: its variant is then resumed, and the file is written again")
      }
    }
  }

  private func place(of number: Int, rung: Int) -> String {
    "\(results)/\(SweepFolder.padded(number))-\(rung).json"
  }

  private static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
