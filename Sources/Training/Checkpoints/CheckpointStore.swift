import Diagnostics
import Foundation

/// All checkpoints of a run: `step-NNNNNNNN` folders, the best as `best-NNNNNNNN`, and the links `last` and `best`.
public struct CheckpointStore: Sendable {
  /// The folder that holds them.
  public let path: String

  /// Names the folder; it is made with the first checkpoint.
  public init(path: String) {
    self.path = path
  }

  /// The newest undamaged checkpoint and what its manifest says; nil where there is none. Each damaged one that is newer
  /// is given to `report`.
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
  /// - Throws: `Failure` (noInput, data) where there is none, or it is damaged.
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

  /// The place of a checkpoint after so many steps.
  func folder(_ prefix: String, step: Int) -> CheckpointFolder {
    let digits = String(step)
    return CheckpointFolder(
      path: "\(path)/\(prefix)\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits)")
  }

  /// Lets `link` name the newest folder of a prefix, and removes all but the newest `keep`.
  func settle(_ prefix: String, link: String, newest: CheckpointFolder, keep: Int) {
    let name = (newest.path as NSString).lastPathComponent
    let temporary = "\(path)/.\(link).tmp"
    // Links are for people; where a file system has none, names say enough.
    unlink(temporary)
    if symlink(name, temporary) == 0 { rename(temporary, "\(path)/\(link)") }
    let others = names(prefix).filter { $0 != name }
    for old in others.dropLast(max(0, keep - 1)) {
      try? FileManager.default.removeItem(atPath: "\(path)/\(old)")
    }
  }

  /// The finished folders of a prefix, oldest first.
  private func names(_ prefix: String) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return all.filter { $0.hasPrefix(prefix) && Int($0.dropFirst(prefix.count)) != nil }
      .sorted { (Int($0.dropFirst(prefix.count)) ?? 0) < (Int($1.dropFirst(prefix.count)) ?? 0) }
  }
}
