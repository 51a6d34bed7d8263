import Diagnostics
import Testing

@testable import Recipes

@Suite struct OverrideTests {
  @Test func anOverrideReplacesTheFilesValue() throws {
    #expect(try read("batch: 16\n", "batch=64").batch == 64)
    #expect(try read("", "batch=64").batch == 64)
    #expect(try read("", "batch=64", "batch=128").batch == 128)
    #expect(try read("steps: 3\n", "steps=none").steps == nil)
  }

  @Test func dotsAndIndicesReachInside() throws {
    let recipe = try read("", "model.layers.0.lstm.hiddenSize=8", "optimizer.alpha=0.5", "evaluate.every=0")
    var lstm = LSTMEntry()
    lstm.recurrence.hiddenSize = 8
    #expect(recipe.model.layers == [lstm, LinearEntry(outputs: 2)] as [any LayerEntry])
    var optimizer = RMSpropEntry()
    optimizer.alpha = 0.5
    #expect(recipe.optimizer == optimizer)
    #expect(recipe.evaluate.every == 0)
  }

  @Test func aLayerGivenByItsNameAloneCanBeReached() throws {
    let recipe = try Recipe.parse(
      "model: {layers: [rnn]}", file: "recipe.yaml", overrides: ["model.layers.0.rnn.nonlinearity=relu"])
    var rnn = RNNEntry()
    rnn.nonlinearity = .relu
    #expect(recipe.model.layers == [rnn] as [any LayerEntry])
  }

  @Test func valuesMayBeListsAndMappings() throws {
    let recipe = try read(
      "", "model.layers=[{rnn: {hiddenSize: 2}}, {linear: {outputs: 5}}]", "optimizer={name: sgd, momentum: 0.5}")
    var rnn = RNNEntry()
    rnn.recurrence.hiddenSize = 2
    #expect(recipe.model.layers == [rnn, LinearEntry(outputs: 5)] as [any LayerEntry])
    var sgd = SGDEntry()
    sgd.momentum = 0.5
    #expect(recipe.optimizer == sgd)
    #expect(try read("", "model.layers.0=rnn").model.layers.first == RNNEntry())
  }

  @Test func aValueMayContainAnEqualsSign() throws {
    let recipe = try read("", "data.source=numpy", "data.train=a=b.npz")
    #expect(recipe.data == NumPyEntry(train: "a=b.npz"))
  }

  @Test func errorsNameTheOverride() throws {
    #expect(
      try failure(of: "batch: 64", "batch=many")
        == wrong("command line: batch=many: batch must be a whole number, not \"many\""))
    #expect(
      try failure(of: "", "optimizer.learningrate=1")
        == wrong(
          "command line: optimizer.learningrate=1: unknown key optimizer.learningrate",
          "did you mean optimizer.learningRate?"))
    #expect(
      try failure(of: "", "batch.size=4")
        == wrong("command line: batch.size=4: batch must be a whole number, not a mapping"))
    #expect(
      try failure(of: "batch: 64", "batch.size=4")
        == wrong("command line: batch.size=4: batch must be a whole number, not a mapping"))
    #expect(
      try failure(of: "shards: 8\n", "batch=4")
        == wrong(
          "command line: batch=4: a shard needs at least one sample, but batch is 4 (command line: batch=4) "
            + "and shards is 8 (recipe.yaml:5)", "make batch at least 8 or shards at most 4"))
    #expect(
      try failure(of: "", "model.layers.0.rnn.hiddenSize=4")
        == wrong(
          "command line: model.layers.0.rnn.hiddenSize=4: model.layers.0 must have one key, the layer's name, "
            + "but has lstm, rnn",
          "the settings of a layer go under its name, indented or in braces: - name: {key: value}"))
  }

  @Test func aSectionKeepsKeysGivenBeforeIt() throws {
    var sgd = SGDEntry()
    (sgd.learningRate, sgd.momentum) = (0.5, 0.9)
    #expect(try read("", "optimizer.learningRate=0.5", "optimizer={name: sgd, momentum: 0.9}").optimizer == sgd)
    #expect(
      try read("", "optimizer.learningRate=0.5", "optimizer=sgd", "optimizer.momentum=0.9").optimizer == sgd)
    #expect(try read("", "schedule.warmup=3", "schedule=cosine") == read("schedule: {name: cosine, warmup: 3}\n"))
    #expect(
      try read("", "data.testShare=0.3", "data=a.npz") == read("data: {source: numpy, train: a.npz, testShare: 0.3}\n"))
    #expect(
      try read("", "model.layers.0.lstm.hiddenSize=5", "model.layers.0=lstm") == read("", "model.layers.0.lstm=5"))
    // `none` replaces earlier keys.
    #expect(try read("", "ema.decay=0.9", "ema=none").ema == nil)
  }

  @Test func aSectionWithoutKeysGivenBeforeItIsAnError() throws {
    #expect(
      try failure(of: "", "optimizer.alpha=0.5", "optimizer=sgd").message
        == "command line: optimizer.alpha=0.5: unknown key optimizer.alpha")
    for (part, whole) in [
      ("model.layers.0.lstm.hiddenSize=5", "model.layers=[rnn]"),
      ("model.layers.0.lstm.hiddenSize=5", "model.layers.0=rnn"),
      ("optimizer.name=sgd", "optimizer=adam"), ("optimizer.learningRate=1", "optimizer={name: sgd, learningRate: 2}"),
    ] {
      #expect(
        try failure(of: "", part, whole).message
          == "command line: \(whole): this undoes \(part), which comes before it")
    }
  }

  @Test func anIndexOutsideTheListNamesTheValidOnes() throws {
    #expect(
      try failure(of: "", "model.layers.2.lstm.hiddenSize=4")
        == wrong(
          "command line: model.layers.2.lstm.hiddenSize=4: model.layers has no entry 2: its entries are 0 to 1"))
    #expect(
      try failure(of: "", "model.layers.lstm.hiddenSize=4")
        == wrong(
          "command line: model.layers.lstm.hiddenSize=4: model.layers has no entry lstm: its entries are 0 to 1"))
    #expect(
      try failure(ofWhole: "model: {layers: []}", "model.layers.0=lstm")
        == wrong("command line: model.layers.0=lstm: model.layers has no entry 0: it is empty"))
  }

  @Test(arguments: ["batch", "=3", "a..b=3", ".a=3", "a.=3", "a b=3"])
  func wordsWithoutKeyAndValueAreUsageErrors(_ text: String) throws {
    #expect(
      try failure(of: "", text)
        == Failure(
          .usage, "command line: \"\(text)\" is not KEY=VALUE",
          advice: "write a recipe's key, dots between its parts, and a value: batch=64 or optimizer.learningRate=0.01"
        ))
  }

  @Test func aValueThatIsNotYAMLIsAnError() throws {
    #expect(
      try failure(of: "", "model.layers=[1")
        == wrong(
          "command line: model.layers=[1: not valid YAML: while parsing a flow sequence that starts on line 1, "
            + "did not find expected ',' or ']'"))
  }
}
