import Diagnostics
import Layers
import Tensors
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

  @Test func imagesArePaddedByNumbersOrSame() throws {
    func padding(_ text: String) throws -> Window.PixelPadding? {
      let recipe = try read("", "model.layers=[{conv2d: {outputs: 3, kernel: [4, 3], padding: \(text)}}]")
      #expect(try Recipe.parse(recipe.resolvedYAML(), file: "other.yaml") == recipe)
      return (recipe.model.layers.first as? Conv2dEntry)?.padding
    }
    #expect(try padding("2") == .zeros(.init(2)))
    #expect(try padding("[1, 0]") == .zeros(.init(height: 1, width: 0)))
    #expect(try padding("same") == .same)
    let recipe = try read("", "model.layers=[{conv2d: {outputs: 3, kernel: [4, 3], dilation: [3, 2], padding: same}}]")
    let image = Shape.image(height: 7, width: 5, channels: 2)
    #expect(try recipe.makeModel(inputShape: image).outputShape == .image(height: 7, width: 5, channels: 3))
    func failing(_ keys: String) throws -> String {
      try failure(ofWhole: "model:\n  layers:\n    - conv2d:\n        outputs: 3\n        \(keys)\n").description
    }
    #expect(
      try failing("kernel: 3\n        padding: causal").hasPrefix(
        "recipe.yaml:6: model.layers.0.conv2d.padding must be a whole number, two as [height, width], or same, "
          + "not \"causal\""))
    #expect(
      try failing("kernel: 3\n        padding: [1, -1]").hasPrefix(
        "recipe.yaml:6: model.layers.0.conv2d.padding.1 must be at least 0, not -1"))
    #expect(
      try failing("kernel: 3\n        padding: same\n        stride: [1, 2]") == """
        recipe.yaml:6: model.layers.0.conv2d.padding is same, but model.layers.0.conv2d.stride is [1, 2] (recipe.yaml:7)
          same is for a stride of 1; write the zeros on both sides as a number
        """)
  }

  @Test func layersThatResizeAreReadAndWritten() throws {
    let layers = [
      "max-pool: {kernel: 2, ceilMode: true}", "average-pool: {kernel: 3, countIncludePad: false, ceilMode: true}",
      "adaptive-average-pool: [2, 3]", "conv-transpose2d: {outputs: 2, kernel: 3, stride: 2, outputPadding: [1, 0]}",
      "upsample: {scale: [2, 3], mode: bilinear, alignCorners: true}", "upsample: 2",
    ]
    let recipe = try read("", "model.layers=[\(layers.map { "{\($0)}" }.joined(separator: ", "))]")
    #expect(try Recipe.parse(recipe.resolvedYAML(), file: "other.yaml") == recipe)
    let model = try recipe.makeModel(inputShape: .image(height: 9, width: 8, channels: 3))
    #expect(
      model.layers.map(\.outputShape.extents) == [
        [5, 4, 3], [2, 2, 3], [2, 3, 3], [6, 7, 2], [12, 21, 2], [24, 42, 2],
      ])
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
