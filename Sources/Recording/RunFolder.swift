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

  /// Whether a run was begun here.
  public var exists: Bool { FileManager.default.fileExists(atPath: recipe) }

  /// Makes the folder of a new run: `out`, or `runs/NAME-YYYYMMDD-HHMMSS` where that is nil.
  /// - Throws: `Failure` (cannotCreate) where it cannot be made or written to, or holds a run already, unless `resumes`.
  public static func create(name: String, out: String?, resumes: Bool = false) throws -> RunFolder {
    let folder = RunFolder(path: out ?? freshPath(name: name))
    if folder.exists, !resumes {
      throw Failure(
        .cannotCreate, "\(folder.path) holds a run already",
        advice: "go on with it by --resume, choose another folder with --out, or leave --out away for a new one")
    }
    let fault = makeFolders(folder.path)
    guard fault == 0 else {
      throw Failure(
        .cannotCreate, "cannot make the run folder \(folder.path): \(String(cString: strerror(fault)))",
        advice: "choose a folder that you may write to with --out")
    }
    return folder
  }

  private static func freshPath(name: String) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyyMMdd-HHmmss"
    let base = "runs/\(name)-\(formatter.string(from: Date()))"
    // Two runs that start within one second get folders of their own.
    let candidates = sequence(first: 1) { $0 + 1 }.lazy.map { $0 == 1 ? base : "\(base)-\($0)" }
    return candidates.first { !FileManager.default.fileExists(atPath: $0) } ?? base
  }

  /// Makes a folder and those above it that are missing; returns 0, or the system's error number, which FileManager's
  /// errors do not always give.
  private static func makeFolders(_ path: String) -> Int32 {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) { return isFolder.boolValue ? 0 : EEXIST }
    // Not NSString's deletingLastPathComponent, which traps on Linux where the path is a single letter.
    let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    let fault = parent.isEmpty ? 0 : makeFolders(parent)
    guard fault == 0 else { return fault == EEXIST ? ENOTDIR : fault }
    return mkdir(path, 0o777) == 0 || errno == EEXIST ? 0 : errno
  }

  /// Keeps every other training out of the folder until this process ends. A former job that is about to end, such as
  /// one that was killed and started again, is waited for.
  /// - Throws: `Failure` (unavailable) where another training still writes here after `seconds`.
  public func lock(seconds: Double = 30) throws {
    let place = checkpoints + "/.lock"
    let fault = RunFolder.makeFolders(checkpoints)
    // Held by the open file, not by the object: the system lets go of it when the process ends in whatever way.
    let descriptor = fault == 0 ? open(place, O_CREAT | O_RDWR | O_CLOEXEC, 0o666) : -1
    guard descriptor >= 0 else {
      throw Failure(.cannotCreate, "cannot write \(place): \(String(cString: strerror(fault == 0 ? errno : fault)))")
    }
    let deadline = monotonicSeconds() + seconds
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      // File systems that know no locks keep nobody out.
      guard errno == EWOULDBLOCK || errno == EINTR else { return }
      guard monotonicSeconds() < deadline else {
        throw Failure(
          .unavailable, "another training writes to \(path)",
          advice: "wait for its end, or ask for it by a file named stop in that folder")
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
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
    try read(dataFacts, holding: "JSON with inputShape and classNames")
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
