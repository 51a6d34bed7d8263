import Formats
import Foundation
import Layers
import TestSupport
import Tensors
import Testing

@testable import Exporting

/// Any names of recipes and classes, and any alphabets, are read back from every format.
@Suite struct NastyNamesTests {
  private func model(_ name: String, _ classes: [String], _ alphabet: String) throws -> ExportedModel {
    let layer = Linear(input: .vector(2), outputs: 3)
    var exported = ExportedModel(
      try Model(inputShape: .vector(2), layers: [layer]), name: name, meaning: .classes)
    exported.classNames = classes
    exported.alphabet = alphabet
    exported.recipe = name
    return exported
  }

  @Test func archivesReturnThem() throws {
    try withFolder { folder in
      var random = TestRandom(61)
      for _ in 0..<100 {
        let classes = (0..<3).map { _ in random.nastyText() }
        let exported = try model(random.nastyText(), classes, random.nastyText())
        try exported.write(.safetensors, to: "\(folder)/x.safetensors")
        #expect(try SafetensorsFile(contentsOf: "\(folder)/x.safetensors").metadata == exported.metadata)
        let text = try #require(exported.metadata["classes"])
        #expect(try JSONDecoder().decode([String].self, from: Data(text.utf8)) == classes)
      }
    }
  }

  private static let check = #"""
    import ast, json, pathlib, sys
    folder = pathlib.Path(sys.argv[1])
    for case in json.loads((folder / "cases.json").read_text(encoding="utf-8")):
        tree = ast.parse((folder / case["file"]).read_bytes())
        values = {
            node.targets[0].id: node.value for node in tree.body
            if isinstance(node, ast.Assign) and node.targets[0].id in ("CLASSES", "ALPHABET")
        }
        assert ast.literal_eval(values["CLASSES"]) == case["classes"], case
        assert ast.literal_eval(values["ALPHABET"]) == case["alphabet"], case
        classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
        assert len(classes) == 1 and classes[0] not in values, case
        allowed = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign, ast.ClassDef, ast.FunctionDef, ast.If)
        assert all(isinstance(node, allowed) for node in tree.body) and len(tree.body) == case["statements"], case
    """#

  private struct Case: Encodable {
    let file: String
    let classes: [String]
    let alphabet: String
    let statements = 11
  }

  @Test(.enabled(if: PythonEnvironment.isAvailable, PythonEnvironment.reason))
  func pythonReadsTheModules() throws {
    try withFolder { folder in
      var random = TestRandom(62)
      let names = ["none", "true", "False", "f", "classes", "CLASSES", "path", "", "\"\"\"\u{301}", "\u{0D4E}\"\"\"x"]
      let cases = try (0..<200).map { number in
        let exported = try model(
          number < names.count ? names[number] : random.nastyText(), (0..<3).map { _ in random.nastyText() },
          random.nastyText())
        let file = "module\(number).py"
        try exported.write(.pytorch, to: "\(folder)/\(file)")
        return Case(file: file, classes: exported.classNames, alphabet: exported.alphabet ?? "")
      }
      try JSONEncoder().encode(cases).write(to: URL(filePath: "\(folder)/cases.json"))
      try Self.check.write(toFile: "\(folder)/check.py", atomically: true, encoding: .utf8)
      let result = try PythonEnvironment.run("\(folder)/check.py", [folder])
      #expect(result.status == 0, "\(result.errors)")
    }
  }
}
