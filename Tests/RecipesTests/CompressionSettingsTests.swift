import Diagnostics
import Testing

@testable import Recipes

@Suite struct CompressionSettingsTests {
  @Test func gradientsAreExactUnlessCompressed() throws {
    #expect(try read().compression == nil && read().makeTree().partCount == 1)
    #expect(try read("compression: none\n", "compression.format=float16").compression?.format == .float16)
    #expect(try read("compression: {}\n").compression == CompressionSettings())
    #expect(try read("compression: {}\n").resolvedYAML().contains("compression:\n  format: bfloat16\n  parts: none\n"))
  }

  @Test func partsDefaultToTheNumberOfShards() throws {
    #expect(try read("compression: {}\nshards: 5\n").makeTree().partCount == 5)
    #expect(try read("compression: {parts: 2}\n").makeTree().partCount == 2)
    let experiment = try read("compression: {format: float16, parts: 2}\n", "model.layers.1.linear.outputs=4")
      .makeExperiment()
    #expect(experiment.settings.compression?.format == .float16 && experiment.settings.compression?.parts == 2)
  }

  @Test func impossibleValuesAreNamed() throws {
    #expect(
      try failure(of: "compression: {format: int8}")
        == wrong("recipe.yaml:5: compression.format cannot be \"int8\"", "it must be one of bfloat16, float16"))
    #expect(
      try failure(of: "compression: {parts: 9}")
        == wrong(
          "recipe.yaml:5: compression.parts is 9, but a part has at least one shard, and shards is 8 (by default)",
          "make compression.parts at most 8 or shards at least 9"))
    #expect(
      try failure(of: "compression: {}\nreduction: native")
        == wrong(
          "recipe.yaml:5: gradients are compressed, but reduction native lets MPI add them as they are",
          "set reduction to tree or compression to none"))
  }
}
