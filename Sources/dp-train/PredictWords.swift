import DPTrain
import Foundation

/// The words on the command line of `predict`.
enum PredictWords {
  /// The keys to change, and the inputs. A word before `--` is a key's if it begins with a key of the recipe and `=`, and no
  /// file has that name.
  static func divided(_ words: [String]) -> (keys: [String], inputs: [String]) {
    let end = words.firstIndex(of: "--") ?? words.endIndex
    let names = Set(Recipe.keys.map(\.name))
    func isKey(_ word: String) -> Bool {
      guard let equals = word.firstIndex(of: "="), !FileManager.default.fileExists(atPath: word) else { return false }
      return names.contains(String(word[..<equals].prefix { $0 != "." }))
    }
    let before = words[..<end]
    return (before.filter(isKey), before.filter { !isKey($0) } + words[end...].dropFirst())
  }
}
