import Testing

@testable import Recipes

@Suite struct DefaultsTests {
  @Test func omittedKeysHaveTheirDefault() throws {
    let recipe = try read()
    var expected = Recipe()
    var lstm = LSTMEntry()
    lstm.recurrence.hiddenSize = 3
    expected.model.layers = [lstm, LinearEntry(outputs: 2)]
    #expect(recipe == expected)
    #expect(recipe.epochs == 60)
    #expect(recipe.steps == nil)
    #expect(recipe.optimizer == RMSpropEntry())
    #expect(recipe.data == TemporalOrderEntry())
  }

  @Test func theNameIsTheFilesUnlessGiven() throws {
    #expect(try Recipe.parse(smallest, file: "some/folder/echo-2.yaml").name == "echo-2")
    #expect(try Recipe.parse(smallest, file: "some/my recipe.yaml").name == "recipe")
    #expect(try Recipe.parse("name: other\n" + smallest, file: "echo.yaml").name == "other")
  }

  @Test func everyValueOfTheFileIsUsed() throws {
    let recipe = try Recipe.parse(
      """
      name: mine
      seed: 18446744073709551615
      epochs: 0
      steps: 10
      batch: 64
      shards: 16
      data: {source: numpy, train: a b.npz, test: c.npz, shuffle: false}
      model:
        weights: start.safetensors
        layers:
          - lstm
          - rnn: {hiddenSize: 7, nonlinearity: relu, output: all}
          - rnn:
          - linear: {outputs: 3}
      loss: cross-entropy
      optimizer: {name: sgd, learningRate: 1e-3, momentum: .9, nesterov: true, weightDecay: 1E-4, clipNorm: +2.5}
      evaluate: {every: 0}
      record: {every: 5}
      """, file: "recipe.yaml")
    var expected = Recipe()
    expected.name = "mine"
    expected.seed = .max
    expected.epochs = 0
    expected.steps = 10
    expected.batch = 64
    expected.shards = 16
    var numpy = NumPyEntry(train: "a b.npz", test: "c.npz")
    numpy.shuffle = false
    expected.data = numpy
    var rnn = RNNEntry()
    rnn.recurrence.hiddenSize = 7
    rnn.nonlinearity = .relu
    rnn.recurrence.options.output = .all
    expected.model = ModelSettings(layers: [
      LSTMEntry(), rnn, RNNEntry(), LinearEntry(outputs: 3),
    ])
    expected.model.weights = "start.safetensors"
    var sgd = SGDEntry()
    sgd.learningRate = 0.001
    sgd.momentum = 0.9
    sgd.nesterov = true
    sgd.weightDecay = 0.0001
    sgd.clipNorm = 2.5
    expected.optimizer = sgd
    expected.evaluate.every = 0
    expected.record.every = 5
    #expect(recipe == expected)
  }

  @Test(arguments: ["none", "null", "~", "None", "NULL", ""])
  func noneIsWrittenInSeveralWays(_ word: String) throws {
    let recipe = try read("steps: \(word)\noptimizer: {name: sgd, clipNorm: \(word)}\n")
    #expect(recipe.steps == nil)
    #expect(recipe.optimizer == SGDEntry())
  }

  @Test func quotedNoneIsText() throws {
    let recipe = try read("data: {source: numpy, train: \"none\", test: 'null'}\n")
    #expect(recipe.data == NumPyEntry(train: "none", test: "null"))
  }

  @Test func emptySectionsHaveDefaults() throws {
    #expect(try read("data:\noptimizer:\nevaluate: {}\nrecord: # nothing\n") == read())
  }

  @Test func anchorsAndAByteOrderMarkAreUnderstood() throws {
    let recipe = try Recipe.parse(
      "\u{FEFF}model:\r\n  layers: [&a {rnn: {hiddenSize: 9}}, *a, {linear: {outputs: 2}}]\r\n", file: "recipe.yaml")
    #expect(recipe.model.layers.count == 3)
    #expect(recipe.model.layers[0] == recipe.model.layers[1])
  }
}
