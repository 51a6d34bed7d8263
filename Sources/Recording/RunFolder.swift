import Datasets
import Diagnostics
import Formats
import Foundation
import Training

/// The folder of one run.
public struct RunFolder: Sendable {
  /// The folder's path.
  public let path: String

  /// Takes a folder's path.
  public init(path: String) {
    self.path = path
  }

  /// The resolved recipe.
  public var recipe: String { path + "/recipe.yaml" }
  /// The facts that the data source found in its files.
  public var dataFacts: String { path + "/data.json" }
  /// Versions, ranks, hosts, instruction set.
  public var environment: String { path + "/environment.json" }
  /// One line for each start of the run, and for each stop before its end.
  package var history: String { path + "/history.jsonl" }
  /// One line per step and per evaluation.
  public var metrics: String { path + "/metrics.jsonl" }
  /// One row per epoch.
  public var epochs: String { path + "/metrics.csv" }
  /// The distributions of weights, gradients and updates; one line per recorded step.
  public var distributions: String { path + "/distributions.jsonl" }
  /// The phases of each rank over time, for Perfetto and Chrome's trace viewer.
  public var timeline: String { path + "/timeline.json" }
  /// The report page.
  public var report: String { path + "/report.html" }
  /// What came of the training; written last.
  package var result: String { path + "/result.json" }
  /// The folder of checkpoints.
  public var checkpoints: String { path + "/checkpoints" }
  /// The final weights.
  public var weights: String { path + "/weights.safetensors" }

  /// Checks that a page or an exported file would not replace a file of a run.
  /// - Throws: `Failure` (cannotCreate) if `path` names a run's own file or one of its checkpoints.
  package static func checkIsFree(_ path: String, advice: String) throws {
    // Resolve links to the folder, but not the file itself: a link there is replaced, not its target.
    let place = URL(filePath: path).absoluteURL.standardizedFileURL
    let parts = place.deletingLastPathComponent().resolvingSymlinksInPath().pathComponents
    let folder = RunFolder(path: NSString.path(withComponents: parts))
    let own = [
      folder.recipe, folder.dataFacts, folder.environment, folder.metrics, folder.epochs, folder.distributions,
      folder.timeline, folder.weights, folder.result, folder.history,
    ]
    let holder = parts.lastIndex(of: "checkpoints").map {
      RunFolder(path: NSString.path(withComponents: Array(parts[..<$0])))
    }
    guard holder?.exists == true || (folder.exists && own.contains("\(folder.path)/\(place.lastPathComponent)")) else {
      return
    }
    throw Failure(.cannotCreate, "\(path) would take the place of a file of a run", advice: advice)
  }

  /// Whether the folder holds a run.
  public var exists: Bool { FileManager.default.fileExists(atPath: recipe) }

  /// Checks that the recipe is not empty, as a full disk or a crash of the machine may leave it.
  /// - Throws: `Failure` (data) that says where else it is.
  package func checkRecipe() throws {
    guard let text = FileManager.default.contents(atPath: recipe), text.allSatisfy({ $0 <= 0x20 }) else { return }
    throw Failure(
      .data, "\(recipe) is empty",
      advice: "it held all keys of the run; each checkpoint has them, too, such as \(checkpoints)/last/checkpoint.json")
  }

  /// Creates the folder of a new run: `out`, or `runs/NAME-YYYYMMDD-HHMMSS` if nil.
  /// - Throws: `Failure` (cannotCreate) if it cannot be created or written to, or if it already holds a run, unless
  ///   `resumes`.
  public static func create(name: String, out: String?, resumes: Bool = false) throws -> RunFolder {
    let folder = RunFolder(path: try out ?? makeFresh(name: name))
    try folder.checkIsFree(resumes: resumes)
    try check(makeFolders(folder.path), making: folder.path)
    return folder
  }

  /// Throws if the folder already holds a run that is not resumed.
  private func checkIsFree(resumes: Bool) throws {
    guard exists, !resumes else { return }
    throw Failure(
      .cannotCreate, "\(path) holds a run already",
      advice: "resume it with --resume, choose another folder with --out, or leave --out away for a new one")
  }

  private static func check(_ fault: Int32, making path: String) throws {
    guard fault != 0 else { return }
    throw Failure(
      exitCode(ofMaking: fault), "cannot make the run folder \(path): \(String(cString: strerror(fault)))",
      advice: "choose a folder that you may write to with --out")
  }

  /// Creates a new folder, named by the time.
  private static func makeFresh(name: String) throws -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyyMMdd-HHmmss"
    let base = "runs/\(name)-\(formatter.string(from: Date()))"
    try check(makeFolders("runs"), making: base)
    // Creating a folder is exclusive: two runs that start in the same second get different folders.
    var (path, number) = (base, 1)
    while mkdir(path, 0o777) != 0 {
      try check(errno == EEXIST ? 0 : errno, making: path)
      number += 1
      path = "\(base)-\(number)"
    }
    return path
  }

  /// Keeps other trainings out of the folder until this process ends. Call it before anything is written. A resumed run
  /// waits for a former job that is about to end, such as one that was killed and started again.
  /// - Parameters:
  ///   - resumes: whether a run in the folder is resumed.
  ///   - seconds: how long to wait for a former job.
  ///   - warn: called if waiting takes longer than 5 seconds, and if the file system has no locks and a file replaces them.
  /// - Returns: the lock, to release it before the process ends.
  /// - Throws: `Failure` (unavailable) if another training writes here, (cannotCreate) if the folder holds a run that
  ///   is not resumed.
  @discardableResult
  public func lock(resumes: Bool, seconds: Double = 30, warn: (String) -> Void = { _ in }) throws -> RunLock {
    let place = checkpoints + "/.lock"
    let fault = makeFolders(checkpoints)
    // The open descriptor holds the lock; the system releases it however the process ends.
    guard fault == 0 else {
      throw Failure(exitCode(ofMaking: fault), "cannot write \(place): \(String(cString: strerror(fault)))")
    }
    let descriptor = try openOwnFile(place)
    var claim: FolderClaim?
    let start = monotonicSeconds()
    let deadline = start + (resumes ? seconds : 0)
    var hasSaid = false
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else {
        warn(
          "the file system of \(path) has no locks (\(String(cString: strerror(errno)))); "
            + "a file in \(checkpoints) keeps other trainings out")
        let made = FolderClaim(folder: checkpoints)
        try made.take(waiting: resumes ? seconds : 0)
        claim = made
        break
      }
      guard monotonicSeconds() < deadline else {
        close(descriptor)
        throw RunFolder.isTaken(path)
      }
      if !hasSaid, monotonicSeconds() > start + 5 {
        hasSaid = true
        warn("another training has \(path), or its machine has failed; waiting for \(Int(seconds)) s at most")
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
    // Another training may have started and ended since the first check.
    try checkIsFree(resumes: resumes)
    return RunLock(descriptor: descriptor, claim: claim)
  }

  /// The failure if another training has the folder.
  static func isTaken(_ path: String, advice: String? = nil) -> Failure {
    Failure(
      .unavailable, "another training writes to \(path)",
      advice: advice ?? "wait for its end, or stop it by a file named stop in that folder")
  }

  /// Whether a training writes here now, as far as file locks show.
  public var isBeingWritten: Bool {
    let descriptor = open(checkpoints + "/.lock", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // A shared lock, so that readers do not exclude each other; closing releases it at once.
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  /// Writes a text file of the folder: first to a temporary file, which is then renamed.
  /// - Throws: `Failure` naming the file.
  public func write(_ text: String, to path: String) throws {
    try AtomicFile.write(Array(text.utf8), to: path)
  }

  /// Writes a JSON file of the folder: first to a temporary file, which is then renamed.
  /// - Throws: `Failure` naming the file.
  public func write(json value: some Encodable, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try write(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n", to: path)
  }

  /// Reads the facts that the run's data source found in its files.
  /// - Throws: `Failure` (noInput, data) naming the file.
  public func readDataFacts() throws -> DataFacts {
    let facts: DataFacts = try read(dataFacts, holding: "JSON with inputShape and classNames")
    guard facts.isPossible else {
      throw Failure(
        .data, "\(dataFacts) is damaged: no input has the shape \(facts.inputShape)",
        advice: "it is written by training: features, steps × features, or height × width × channels")
    }
    return facts
  }

  /// Reads where and how the run was last trained.
  /// - Throws: `Failure` (noInput, data) naming the file.
  public func readEnvironment() throws -> RunEnvironment {
    try read(environment, holding: "JSON with version, ranks and hosts")
  }

  /// Reads what came of the training; nil if it has not ended, or the file is damaged.
  package func readResult() -> RunResult? {
    FileManager.default.contents(atPath: result).flatMap { try? RunResult(json: $0) }
  }

  private func read<T: Decodable>(_ path: String, holding contents: String) throws -> T {
    let data = try readRecord(path, advice: "training writes it when it begins")
    do {
      return try JSONDecoder().decode(T.self, from: data)
    } catch {
      throw Failure(.data, "\(path) is damaged", advice: "it holds \(contents), as training wrote it")
    }
  }
}
