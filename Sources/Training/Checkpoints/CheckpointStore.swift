import Diagnostics
import Foundation

/// All checkpoints of a run: `step-NNNNNNNN` folders, the best as `best-NNNNNNNN`, and the links `last` and `best`.
public struct CheckpointStore: Sendable {
  /// The folder of the checkpoints.
  public let path: String

  /// A store at a path. The folder is created with the first checkpoint.
  public init(path: String) {
    self.path = path
  }

  /// The newest undamaged checkpoint and its manifest; nil if there is none. Calls `report` for each newer, damaged one.
  public func newest(report: (Failure) -> Void) -> (folder: CheckpointFolder, manifest: CheckpointManifest)? {
    for name in names("step-").reversed() {
      let folder = CheckpointFolder(path: "\(path)/\(name)")
      do {
        return (folder, try folder.verified())
      } catch {
        report(error as? Failure ?? Failure(.data, "\(folder.path): \(error)"))
      }
    }
    return nil
  }

  /// The best checkpoint.
  /// - Throws: `Failure` (noInput, data) if there is none, or it is damaged.
  public func best() throws -> CheckpointFolder {
    guard let name = names("best-").last else {
      throw Failure(
        .noInput, "\(path) holds no best checkpoint",
        advice: CheckpointStore.bestAdvice)
    }
    let folder = CheckpointFolder(path: "\(path)/\(name)")
    guard try folder.verified().best?.split == .validation else {
      throw Failure(
        .noInput, "\(folder.path) was chosen on test samples, by a former version", advice: CheckpointStore.bestAdvice)
    }
    return folder
  }

  private static let bestAdvice =
    "there is one after an evaluation on validation samples in the course of training; "
    + "data.validationShare keeps some of the samples for it, data.validationSize generates some"

  /// The folder of a checkpoint after `step` steps.
  func folder(_ prefix: String, step: Int) -> CheckpointFolder {
    let digits = String(step)
    return CheckpointFolder(
      path: "\(path)/\(prefix)\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits)")
  }

  /// Makes `link` point to the newest folder with a prefix, and removes all but the newest `keep`, and those that are
  /// not complete. None with this prefix must be under way.
  func settle(_ prefix: String, link: String, newest: CheckpointFolder, keep: Int) {
    let name = (newest.path as NSString).lastPathComponent
    let temporary = "\(path)/.\(link).tmp"
    // Links are only a convenience, so ignore file systems without them.
    unlink(temporary)
    if symlink(name, temporary) == 0 { rename(temporary, "\(path)/\(link)") }
    let others = names(prefix).filter { $0 != name }
    for old in others.dropLast(max(0, keep - 1)) {
      try? FileManager.default.removeItem(atPath: "\(path)/\(old)")
    }
    // Of a process that was killed while it wrote them.
    for name in entries where name.hasPrefix(prefix) && name.hasSuffix(CheckpointFolder.partial) {
      try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
  }

  private var entries: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }

  /// The finished folders with a prefix, the oldest first.
  private func names(_ prefix: String) -> [String] {
    entries.filter { $0.hasPrefix(prefix) && Int($0.dropFirst(prefix.count)) != nil }
      .sorted { (Int($0.dropFirst(prefix.count)) ?? 0) < (Int($1.dropFirst(prefix.count)) ?? 0) }
  }
}
