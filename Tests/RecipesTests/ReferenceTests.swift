import Foundation
import Testing

@testable import Recipes

@Suite struct ReferenceTests {
  @Test(arguments: [
    ("recipes.md", "--reference", RecipeReference.text), ("recipe.schema.json", "--schema", RecipeSchema.text),
  ])
  func theCommittedFileIsThePrintedOne(file: String, option: String, text: String) throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../docs/\(file)")
    let committed = try String(contentsOf: path, encoding: .utf8)
    #expect(
      committed == text,
      "docs/\(file) is out of date; renew it: .build/release/dp-train recipes \(option) > docs/\(file)")
  }

  @Test func everyKeyOfEverySectionIsInTheReference() {
    func names(_ keys: [KeyInfo], _ seen: Set<String> = []) -> Set<String> {
      keys.reduce(into: Set(keys.map(\.name))) { $0.formUnion(names(in: $1.shape, seen)) }
    }
    func names(in shape: ValueShape, _ seen: Set<String>) -> Set<String> {
      switch shape {
      case .optional(let inner), .list(let inner, least: _): return names(in: inner, seen)
      case .section(let keys, _): return names(keys, seen)
      case .entry(let info) where !seen.contains(info.noun):
        return info.entries.reduce(into: []) { $0.formUnion(names($1.keys, seen.union([info.noun]))) }
      default: return []
      }
    }
    let all = names(Recipe.keys)
    #expect(all.count > 100 && all.isSuperset(of: ["seed", "hiddenSize", "kernelSize", "clipNorm", "gain", "decay"]))
    for name in all { #expect(RecipeReference.text.contains("\n| `\(name)` | "), "\(name)") }
  }

  @Test func everyExampleOfTheReferenceCanBeRead() throws {
    func check(_ info: EntryKindInfo, _ wrap: (String) -> String) throws {
      for entry in info.entries {
        let example = RecipeReference.example(of: entry, info)
        #expect(
          entry.keys.isEmpty != example.contains("{") || ["xavier-normal", "kaiming-uniform"].contains(entry.name),
          "\(example) shows no key")
        let text = wrap(example)
        #expect(throws: Never.self, "\(text)") { try Recipe.parse(text, file: "example.yaml") }
      }
    }
    try check(EntryKind.layer.info(key: nil)) { "model:\n  layers:\n    \($0)\n" }
    try check(EntryKind.transform.info(key: nil)) {
      smallest + "data:\n  source: image-folder\n  folder: x\n  transforms:\n    \($0)\n"
    }
    try check(EntryKind.initialization.info(key: "name")) { "model:\n  \($0)\n  layers: [linear: {outputs: 1}]\n" }
    try check(EntryKind.data.info(key: "source")) { smallest + $0 }
    try check(EntryKind.loss.info(key: "name")) { smallest + $0 }
    try check(EntryKind.optimizer.info(key: "name")) { smallest + $0 }
    try check(EntryKind.schedule.info(key: "name")) { smallest + $0 }
  }

  @Test func theWholeRecipeOfTheIntroductionCanBeRead() throws {
    let parts = RecipeReference.introduction.components(separatedBy: "```yaml\n")
    let text = try #require(parts.dropFirst().first?.components(separatedBy: "```").first)
    let recipe = try Recipe.parse(text, file: "first.yaml")
    #expect(recipe.name == "first" && recipe.model.layers.count == 2)
  }

  /// `dp-train recipes NAME > my.yaml` prints the text.
  @Test(arguments: BuiltInRecipes.all.map(\.name))
  func aCopiedRecipeIsTheBuiltInOne(_ name: String) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    try BuiltInRecipes.recipe(named: name).text.write(to: file, atomically: true, encoding: .utf8)
    let (copy, own) = (try Recipe.load(file.path), try Recipe.load(name))
    #expect(copy == own && copy.resolvedYAML() == own.resolvedYAML())
  }
}
