import Diagnostics
import Testing

@testable import Recipes

@Suite struct ValueErrorTests {
  @Test func aWrongTypeNamesTheKeyTheTypeAndTheValue() throws {
    let cases = [
      ("optimizer: {learningRate: fast}", "optimizer.learningRate must be a number, not \"fast\""),
      ("optimizer: {learningRate: \"0.1\"}", "optimizer.learningRate must be a number, not the quoted text \"0.1\""),
      ("optimizer: {learningRate: nan}", "optimizer.learningRate must be a number, not nan"),
      ("optimizer: {learningRate: 0x1p3}", "optimizer.learningRate must be a number, not 0x1p3"),
      ("optimizer: {clipNorm: big}", "optimizer.clipNorm must be a number or none, not \"big\""),
      ("optimizer: {name: sgd, nesterov: yes}", "optimizer.nesterov must be true or false, not \"yes\""),
      ("batch: 2.5", "batch must be a whole number, not 2.5"),
      ("batch: 1e2", "batch must be a whole number, not 1e2"),
      ("batch: [3]", "batch must be a whole number, not a list"),
      ("batch: {a: 3}", "batch must be a whole number, not a mapping"),
      ("batch: none", "batch must be a whole number, not none"),
      ("batch:", "batch must be a whole number, not an empty value"),
      ("name:", "name must be text, not an empty value"),
      ("name: [a]", "name must be text, not a list"),
      ("steps: some", "steps must be a whole number or none, not \"some\""),
      ("data: {source: numpy, train: ~}", "data.train must be text, not ~"),
      ("data: {source: numpy, train: a, test: {}}", "data.test must be text or none, not a mapping"),
    ]
    for (text, message) in cases {
      #expect(try failure(of: text) == wrong("recipe.yaml:5: " + message))
    }
  }

  @Test func aWrongMappingGetsAnExample() throws {
    let cases = [
      ("optimizer: [sgd]", "optimizer must be a mapping of keys to values, not a list", "optimizer: {name: rmsprop}"),
      ("checkpoint: 3", "checkpoint must be a mapping of keys to values, not 3", "checkpoint: {epochs: 1}"),
    ]
    for (text, message, example) in cases {
      #expect(try failure(of: text) == wrong("recipe.yaml:5: " + message, "for example " + example))
    }
    #expect(
      try failure(ofWhole: "model: {layers: [conv2d: 8]}")
        == wrong(
          "recipe.yaml:1: model.layers.0.conv2d must be a mapping of keys to values, not 8",
          "for example conv2d: {outputs: 3, kernel: 3}"))
  }

  @Test func anImpossibleValueNamesTheRange() throws {
    let cases = [
      ("batch: 0", "batch must be at least 1, not 0"),
      ("shards: 5000", "shards must be from 1 to 4096, not 5000"),
      ("shards: 99999999999999999999", "shards must be from 1 to 4096, not 99999999999999999999"),
      (
        "data: {testSize: 9223372036854775807}",
        "data.testSize must be from 1 to 100000000, not 9223372036854775807"
      ),
      (
        "data: {source: image-folder, folder: f, megapixels: 9223372036854775807}",
        "data.megapixels must be from 1 to 100000, not 9223372036854775807"
      ),
      ("epochs: 9223372036854775808", "epochs must be at most 9223372036854775807, not 9223372036854775808"),
      ("epochs: -99999999999999999999", "epochs must be at least 0, not -99999999999999999999"),
      ("seed: 18446744073709551616", "seed must be at most 18446744073709551615, not 18446744073709551616"),
      ("seed: -1", "seed must be at least 0, not -1"),
      ("steps: -1", "steps must be at least 0, not -1"),
      ("optimizer: {alpha: 1}", "optimizer.alpha must be at least 0 and below 1, not 1"),
      ("optimizer: {clipNorm: 0}", "optimizer.clipNorm must be greater than 0, not 0"),
      (
        "optimizer: {epsilon: 1e-60}", "optimizer.epsilon must be 0 or of a size from 1.4e-45 to 3.4e38, not 1e-60"
      ),
      (
        "optimizer: {learningRate: 1e400}",
        "optimizer.learningRate must be 0 or of a size from 1.4e-45 to 3.4e38, not 1e400"
      ),
      ("name: \"\"", "name must not be empty"),
      (
        "name: a/b",
        "name must be made of letters, digits, \"-\", \"_\" and \".\", and not start with \".\", not \"a/b\""
      ),
    ]
    for (text, message) in cases {
      #expect(try failure(of: text) == wrong("recipe.yaml:5: " + message))
    }
    #expect(
      try failure(ofWhole: "model: {layers: []}") == wrong("recipe.yaml:1: model.layers must have at least one entry"))
  }

  @Test func anUnknownChoiceSuggestsTheNearestOrListsAll() throws {
    #expect(
      try failure(of: "data: {level: esy}")
        == wrong("recipe.yaml:5: data.level cannot be \"esy\"", "did you mean easy?"))
    #expect(
      try failure(of: "data: {level: 7}")
        == wrong(
          "recipe.yaml:5: data.level cannot be 7", "it must be one of easy, normal, moderate, hard, nightmare"))
    #expect(
      try failure(of: "data: {level: [easy]}")
        == wrong("recipe.yaml:5: data.level must be one of easy, normal, moderate, hard, nightmare, not a list"))
  }

  @Test func moreShardsThanSamplesNamesBothLines() throws {
    #expect(
      try failure(of: "batch: 4\nseed: 1\nshards: 16\n")
        == wrong(
          "recipe.yaml:5: a shard needs at least one sample, but batch is 4 (recipe.yaml:5) "
            + "and shards is 16 (recipe.yaml:7)", "make batch at least 16 or shards at most 4"))
    #expect(
      try failure(of: "shards: 33\n")
        == wrong(
          "recipe.yaml:5: a shard needs at least one sample, but batch is 32 (by default) "
            + "and shards is 33 (recipe.yaml:5)", "make batch at least 33 or shards at most 32"))
    #expect(try read("batch: 8\n").batch == 8)
  }

  @Test func nesterovNeedsMomentum() throws {
    #expect(
      try failure(of: "optimizer: {name: sgd, nesterov: true}\n")
        == wrong(
          "recipe.yaml:5: optimizer.nesterov needs momentum, but optimizer.momentum is 0 (by default)",
          "give momentum a value such as 0.9, or leave nesterov false"))
  }

  @Test func longValuesAreCutInMessages() throws {
    let value = String(repeating: "x", count: 100)
    let shown = String(repeating: "x", count: 57) + "..."
    #expect(
      try failure(of: "batch: \(value)\n")
        == wrong("recipe.yaml:5: batch must be a whole number, not \"\(shown)\""))
  }
}
