import Foundation
import Testing

/// `docs/public-api.md` lists exactly the public top-level names of the modules that `import DPTrain` exports.
@Suite struct PublicSurfaceTests {
  private static let modules: [String] = {
    let text = (try? String(contentsOfFile: repository + "/Sources/DPTrain/DPTrain.swift", encoding: .utf8)) ?? ""
    return ["DPTrain"] + text.matches(of: /@_exported import (\w+)/).map { String($0.1) }
  }()

  @Test func severalModulesAreExported() {
    #expect(Self.modules.count > 5)
  }

  @Test(arguments: modules)
  func thePageListsThePublicNames(module: String) throws {
    let page = try String(contentsOfFile: repository + "/docs/public-api.md", encoding: .utf8)
    let sections = page.split(separator: "\n## ")
    let section = try #require(sections.first { $0.hasPrefix(module + "\n") }, "docs/public-api.md has no \(module)")
    let listed = section.matches(of: /`(\w+)`/).map { String($0.1) }
    #expect(Set(listed).count == listed.count)
    let declared = try names(in: repository + "/Sources/" + module)
    #expect(
      declared.subtracting(listed).sorted() == [],
      "public, but not in docs/public-api.md: list them there, or make them package")
    #expect(Set(listed).subtracting(declared).sorted() == [], "in docs/public-api.md, but not public")
  }

  /// The public names at the top level of a module's files. Entries and sections of recipes are left out: the page covers
  /// them by a rule.
  private func names(in folder: String) throws -> Set<String> {
    let declaration = /^public (?:final |indirect )?(?:class|struct|enum|protocol|let|func|var|typealias) (\w+)/
      .anchorsMatchLineEndings()
    var names: Set<String> = []
    for file in try Folder(path: folder).contents() where file.hasSuffix(".swift") {
      names.formUnion(try Folder(path: folder).text(file).matches(of: declaration).map { String($0.1) })
    }
    guard folder.hasSuffix("/Recipes") else { return names }
    let kept: Set = [
      "RecipeSettings", "ModelSettings", "RecipeEntry", "LayerEntry", "RecurrentEntry", "LossEntry", "OptimizerEntry",
      "ScheduleEntry", "DataEntry", "SplittableEntry", "PipelineEntry", "TransformEntry", "SequenceTransformEntry",
      "InitializationEntry",
    ]
    return names.filter { kept.contains($0) || !($0.hasSuffix("Settings") || $0.hasSuffix("Entry")) }
  }
}
