import Diagnostics
import Layers
import Testing

@testable import Recipes

@Suite struct ConvolutionSettingsTests {
  @Test func stepsArePaddedByANumberOrAWord() throws {
    func padding(_ text: String) throws -> Window.StepPadding? {
      let recipe = try read("", "model.layers=[{conv1d: {outputs: 3, kernel: 4, padding: \(text)}}]")
      #expect(try Recipe.parse(recipe.resolvedYAML(), file: "other.yaml") == recipe)
      return (recipe.model.layers.first as? Conv1dEntry)?.padding
    }
    #expect(try padding("2") == .zeros(2))
    #expect(try padding("same") == .same)
    #expect(try padding("causal") == .causal)
    let recipe = try read("", "model.layers=[{conv1d: {outputs: 3, kernel: 4, stride: 2, padding: causal}}]")
    #expect(try recipe.makeModel(inputShape: .sequence(steps: 7, features: 2)).outputShape.steps == 4)
  }

  @Test(arguments: ["same", "causal"])
  func greatNumbersAreRefused(padding: String) throws {
    for (kernel, dilation, part) in [
      (2, Int.max, "dilation"), (Int.max, 2, "kernel"), (Int.max, Int.max, "kernel"), (100, 1 << 30, "padding"),
    ] {
      let keys = "outputs: 3, kernel: \(kernel), dilation: \(dilation), padding: \(padding)"
      let recipe = try read("", "model.layers=[{conv1d: {\(keys)}}]")
      let failure = try #require(throws: Failure.self) {
        try recipe.makeModel(inputShape: .sequence(steps: 7, features: 2))
      }
      #expect(failure.message.contains("a \(part) of ") && failure.message.hasSuffix(" is too large"))
    }
  }

  @Test func otherPaddingIsRefused() throws {
    func failing(_ keys: String) throws -> String {
      try failure(ofWhole: "model:\n  layers:\n    - conv1d:\n        outputs: 3\n        \(keys)\n").description
    }
    #expect(
      try failing("kernel: 3\n        padding: valid").hasPrefix(
        "recipe.yaml:6: model.layers.0.conv1d.padding must be a whole number or same or causal, not \"valid\""))
    #expect(
      try failing("kernel: 3\n        padding: -1").hasPrefix(
        "recipe.yaml:6: model.layers.0.conv1d.padding must be at least 0, not -1"))
    #expect(
      try failing("kernel: 3\n        padding: same\n        stride: 2") == """
        recipe.yaml:6: model.layers.0.conv1d.padding is same, but model.layers.0.conv1d.stride is 2 (recipe.yaml:7)
          same is for a stride of 1; write the zeros at both ends as a number
        """)
  }
}
