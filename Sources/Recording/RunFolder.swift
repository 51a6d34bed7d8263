import Datasets
import Diagnostics
import Formats
import Foundation
import Training

/// The folder that holds everything of one run.
public struct RunFolder: Sendable {
  /// Where the folder is.
  public let path: String

  /// Names a folder that exists already.
  public init(path: String) {
    self.path = path
  }

  /// The resolved recipe.
  public var recipe: String { path + "/recipe.yaml" }
  /// What the data source found in its files.
  public var dataFacts: String { path + "/data.json" }
  /// Versions, ranks, hosts, instruction set.
  public var environment: String { path + "/environment.json" }
  /// One line a step and an evaluation.
  public var metrics: String { path + "/metrics.jsonl" }
  /// One row an epoch.
  public var epochs: String { path + "/metrics.csv" }
  /// How the weights and their gradients are spread, one line for each step that they are recorded of.
  public var distributions: String { path + "/distributions.jsonl" }
  /// What each rank did when, for Perfetto and Chrome's trace viewer.
  public var timeline: String { path + "/timeline.json" }
  /// The page that shows the run.
  public var report: String { path + "/report.html" }
  /// The saved states.
  public var checkpoints: String { path + "/checkpoints" }
  /// The final weights.
  public var weights: String { path + "/weights.safetensors" }

  /// Makes sure that a page or an exported file does not take the place of what a run holds.
  /// - Throws: `Failure` (cannotCreate) where `path` names a run's own file, or one of its checkpoints.
  package static func checkIsFree(_ path: String, advice: String) throws {
    // Links on the way are followed; the file itself is replaced, not what it may point to.
    let place = URL(filePath: path).absoluteURL.standardizedFileURL
    let parts = place.deletingLastPathComponent().resolvingSymlinksInPath().pathComponents
    let folder = RunFolder(path: NSString.path(withComponents: parts))
    let own = [
      folder.recipe, folder.dataFacts, folder.environment, folder.metrics, folder.epochs, folder.distributions,
      folder.timeline, folder.weights,
    ]
    let holder = parts.lastIndex(of: "checkpoints").map {
      RunFolder(path: NSString.path(withComponents: Array(parts[..<$0])))
    }
    guard holder?.exists == true || (folder.exists && own.contains("\(folder.path)/\(place.lastPathComponent)")) else {
      return
    }
    throw Failure(.cannotCreate, "\(path) would take the place of a file of a run", advice: advice)
  }

  /// Whether a run was begun here.
  public var exists: Bool { FileManager.default.fileExists(atPath: recipe) }

  /// Makes the folder of a new run: `out`, or `runs/NAME-YYYYMMDD-HHMMSS` where that is nil.
  /// - Throws: `Failure` (cannotCreate) where it cannot be made or written to, or holds a run already, unless `resumes`.
  public static func create(name: String, out: String?, resumes: Bool = false) throws -> RunFolder {
    let folder = RunFolder(path: try out ?? makeFresh(name: name))
    try folder.checkIsFree(resumes: resumes)
    try check(makeFolders(folder.path), making: folder.path)
    return folder
  }

  /// Throws where a run is there already that is not to go on.
  private func checkIsFree(resumes: Bool) throws {
    guard exists, !resumes else { return }
    throw Failure(
      .cannotCreate, "\(path) holds a run already",
      advice: "go on with it by --resume, choose another folder with --out, or leave --out away for a new one")
  }

  private static func check(_ fault: Int32, making path: String) throws {
    guard fault != 0 else { return }
    throw Failure(
      .cannotCreate, "cannot make the run folder \(path): \(String(cString: strerror(fault)))",
      advice: "choose a folder that you may write to with --out")
  }

  /// Makes a new folder, named by the time.
  private static func makeFresh(name: String) throws -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyyMMdd-HHmmss"
    let base = "runs/\(name)-\(formatter.string(from: Date()))"
    try check(makeFolders("runs"), making: base)
    // Who makes a folder has it: two runs that start within one second get folders of their own.
    var (path, number) = (base, 1)
    while mkdir(path, 0o777) != 0 {
      try check(errno == EEXIST ? 0 : errno, making: path)
      number += 1
      path = "\(base)-\(number)"
    }
    return path
  }

  /// Keeps every other training out of the folder until this process ends; called before anything is written to it. One
  /// that resumes waits for a former job that is about to end, such as one that was killed and started again.
  /// - Parameters:
  ///   - resumes: whether the run that the folder may hold goes on.
  ///   - seconds: how long a former job is waited for.
  ///   - warn: is told where the file system knows no locks, and a file has to take their place.
  /// - Throws: `Failure` (unavailable) where another training writes here, (cannotCreate) where the folder holds a run
  ///   that is not to go on.
  public func lock(resumes: Bool, seconds: Double = 30, warn: (String) -> Void = { _ in }) throws {
    let place = checkpoints + "/.lock"
    let fault = makeFolders(checkpoints)
    // Held by the open file, not by the object: the system lets go of it when the process ends in whatever way.
    guard fault == 0 else {
      throw Failure(.cannotCreate, "cannot write \(place): \(String(cString: strerror(fault)))")
    }
    let descriptor = try openOwnFile(place)
    let deadline = monotonicSeconds() + (resumes ? seconds : 0)
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else {
        warn(
          "the file system of \(path) knows no locks (\(String(cString: strerror(errno)))); "
            + "a file in \(checkpoints) keeps other trainings out")
        try FolderClaim(folder: checkpoints).take(waiting: resumes ? seconds : 0)
        break
      }
      guard monotonicSeconds() < deadline else { throw RunFolder.isTaken(path) }
      Thread.sleep(forTimeInterval: 0.05)
    }
    // Another may have begun and ended since the folder was looked at.
    try checkIsFree(resumes: resumes)
  }

  /// The failure of a folder that another training has.
  static func isTaken(_ path: String, advice: String? = nil) -> Failure {
    Failure(
      .unavailable, "another training writes to \(path)",
      advice: advice ?? "wait for its end, or ask for it by a file named stop in that folder")
  }

  /// Whether a training writes here now, as far as the file system's locks tell.
  public var isBeingWritten: Bool {
    let descriptor = open(checkpoints + "/.lock", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // Shared, so that those who only look do not keep one another out; closing lets go of it at once.
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  /// Writes a text file of the folder, beside and renamed.
  /// - Throws: `Failure` naming the file.
  public func write(_ text: String, to path: String) throws {
    try AtomicFile.write(Array(text.utf8), to: path)
  }

  /// Writes a JSON file of the folder, beside and renamed.
  /// - Throws: `Failure` naming the file.
  public func write(json value: some Encodable, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try write(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n", to: path)
  }

  /// What the run's data source found in its files.
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

  /// Where and with what the run was made last.
  /// - Throws: `Failure` (noInput, data) naming the file.
  public func readEnvironment() throws -> RunEnvironment {
    try read(environment, holding: "JSON with version, ranks and hosts")
  }

  private func read<T: Decodable>(_ path: String, holding contents: String) throws -> T {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(
        .noInput, "cannot read \(path): \(String(cString: strerror(errno)))",
        advice: "training writes it when it begins")
    }
    do {
      return try JSONDecoder().decode(T.self, from: data)
    } catch {
      throw Failure(.data, "\(path) is damaged", advice: "it holds \(contents), as training wrote it")
    }
  }
}
