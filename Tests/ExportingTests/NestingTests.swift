import Diagnostics
import Exporting
import Foundation
import Layers
import Recipes
import TestSupport
import Testing

/// Layers within layers, up to the depth that every file can have.
@Suite struct NestingTests {
  private func recipe(_ depth: Int) throws -> Recipe {
    try Recipe.parse("model:\n  layers:\n    - \(SmallNetwork.nested(depth))\n", file: "deep.yaml")
  }

  @Test func recipesOfTheGreatestDepthAreReadBack() throws {
    let recipe = try recipe(64)
    #expect(try recipe.validated().resolvedYAML() == recipe.resolvedYAML())
  }

  @Test func deeperRecipesAreRefused() throws {
    let advice = "files of deeper networks could not be read back; put layers behind each other instead"
    let message = "model.layers has layers within layers, 65 deep; at most 64 are possible"
    var failure = #expect(throws: Failure.self) { try recipe(65) }
    #expect(failure?.message == "deep.yaml:2: \(message)" && failure?.advice == advice)
    // Also those that a program makes.
    var own = try recipe(64)
    own.model.layers = [ResidualEntry(body: own.model.layers)]
    failure = #expect(throws: Failure.self) { try own.makeModel(inputShape: .vector(6)) }
    #expect(failure?.message == message && failure?.advice == advice)
  }

  @Test func recipesTooDeepForYAMLAreRefused() throws {
    let failure = #expect(throws: Failure.self) { try recipe(400) }
    #expect(failure?.message.hasSuffix("values lie within values more than a thousand deep") == true)
    #expect(failure?.advice == "layers may lie within layers 64 deep")
  }

  @Test(.enabled(if: PythonEnvironment.isAvailable, PythonEnvironment.reason))
  func pythonReadsEveryDepth() throws {
    try withFolder { folder in
      var layer: any Layer = Linear(input: .vector(2), outputs: 2)
      for _ in 0..<300 { layer = try Residual(input: .vector(2), body: [layer]) }
      let model = try Model(inputShape: .vector(2), layers: [layer])
      try ExportedModel(model, name: "deep", meaning: .values).write(.pytorch, to: "\(folder)/deep.py")
      try "import ast, sys\nast.parse(open(sys.argv[1]).read())\n".write(
        toFile: "\(folder)/check.py", atomically: true, encoding: .utf8)
      let result = try PythonEnvironment.run("\(folder)/check.py", ["\(folder)/deep.py"])
      #expect(result.status == 0, "\(result.errors)")
    }
  }
}
