import ArgumentParser
import DPTrain
import Foundation

/// Completes half-written words of the command line.
enum Completion {
  /// A built-in recipe, a recipe file, or a key to change.
  static let recipeArguments = CompletionKind.custom { _, _, prefix in
    BuiltInRecipes.all.map(\.name).filter { $0.hasPrefix(prefix) } + keys(prefix)
      + entries(prefix) { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }
  }

  /// A key to change.
  static let overrides = CompletionKind.custom { _, _, prefix in keys(prefix) }

  /// A run's folder. Those in `runs` are offered even if nothing is written yet.
  static let runs = CompletionKind.custom { _, _, prefix in
    let known = entries("runs/") { RunFolder(path: $0).exists }.filter { !$0.hasSuffix("/") && $0.hasPrefix(prefix) }
    return known + entries(prefix) { RunFolder(path: $0).exists }.filter { !known.contains($0) }
  }

  /// The keys of a recipe as they are written: `batch=`, `data.source=`, ...
  private static func keys(_ prefix: String) -> [String] {
    func inner(_ keys: [KeyInfo], _ path: String) -> [String] {
      keys.flatMap { key -> [String] in
        switch key.shape {
        case .section(let keys, _), .optional(.section(let keys, _)): inner(keys, "\(path)\(key.name).")
        case .entry(let info):
          inner(info.entries.flatMap(\.keys), "\(path)\(key.name).")
            + (info.key.map { ["\(path)\(key.name).\($0)="] } ?? [])
        default: ["\(path)\(key.name)="]
        }
      }
    }
    return Set(inner(Recipe.keys, "")).filter { $0.hasPrefix(prefix) }.sorted()
  }

  /// The entries of the folder that a half-written path is in: wanted ones, and folders.
  private static func entries(_ prefix: String, wanted: (String) -> Bool) -> [String] {
    let folder = prefix.lastIndex(of: "/").map { String(prefix[...$0]) } ?? ""
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    return names.sorted().flatMap { name -> [String] in
      let path = folder + name
      guard path.hasPrefix(prefix), !name.hasPrefix(".") || prefix.hasSuffix("/.") else { return [] }
      if wanted(path) { return [path] }
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
        ? [path + "/"] : []
    }
  }
}
