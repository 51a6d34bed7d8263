import Foundation
import Recording

/// Finds files of data that changed between the trainings of one job, whose results are compared.
enum DataChanges {
  /// A warning that names the files; nil if none changed.
  /// - Parameters:
  ///   - runs: the folders of the trainings; of those that have nothing saved, nothing is read.
  ///   - recipes: the recipes of trainings that are not done.
  ///   - noun: what a training is, such as "variant".
  ///   - job: what they belong to, such as "sweep".
  static func warning(_ runs: [RunFolder], open recipes: [Recipe], noun: String, job: String) -> String? {
    let found = runs.filter(\.hasCheckpoint).compactMap { (try? $0.readDataFacts())?.files }
    guard !found.isEmpty else { return nil }
    var lists: Set<[String]> = []
    // A training reports files that it cannot read. Files are digested together, as a training does.
    let now = recipes.map { $0.data.files.filter { FileManager.default.isReadableFile(atPath: $0.path) } }
      .filter { lists.insert($0.map(\.path)).inserted }.flatMap { (try? DataFile.all($0)) ?? [] }
    return DataFile.change(among: found, and: now, noun: noun, job: job)
  }
}

extension RunFolder {
  /// Whether a training has saved something in the folder.
  fileprivate var hasCheckpoint: Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints)) ?? []
    return names.contains { $0.hasPrefix("step-") }
  }
}
