import Diagnostics
import Testing

@testable import Recipes

@Suite struct ResolvedYAMLTests {
  @Test func everyDefaultIsWrittenOut() throws {
    #expect(
      try read().resolvedYAML() == """
        name: recipe
        seed: 1
        epochs: 60
        steps: none
        batch: 32
        accumulate: 1
        shards: 8
        precision: float32
        batching: shuffled
        batchingWindow: 100
        sampling: shuffled
        epochSamples: none
        data:
          source: temporal-order
          level: easy
          epochSize: 992
          validationSize: 0
          testSize: 992
        mix:
          mixup: 0
          cutmix: 0
        model:
          weights: none
          initialization: none
          cell: none
          convolution: auto
          freeze: []
          unfreeze: none
          frozenCache: 1024
          layers:
            - lstm:
                hiddenSize: 3
                bias: true
                output: last
                layers: 1
                bidirectional: false
                dropout: 0
                stateful: false
                initialization: none
            - linear: {outputs: 2, bias: true, initialization: none}
        loss:
          name: cross-entropy
          labelSmoothing: 0
          classWeights: none
          ignoreIndex: none
        optimizer:
          name: rmsprop
          learningRate: 0.001
          alpha: 0.99
          epsilon: 1.0e-8
          momentum: 0
          centered: false
          weightDecay: 0
          clipNorm: none
          clipValue: none
          decayed: all
          normDecay: none
          biasDecay: none
          groups: []
        schedule:
          name: constant
          warmup: 0 steps
          warmupStart: 0
          warmupMethod: linear
          scaleWithBatch: none
        ema: none
        outliers: none
        nonFinite: stop
        reduction: tree
        compression: none
        optimizerSharding: auto
        balance: even
        compareRanks: 100
        evaluate:
          every: 1
          metrics: [auto]
        monitor:
          metric: auto
          direction: auto
        stop: none
        restoreBest: false
        checkpoint:
          epochs: 1
          steps: none
          minutes: 5
          apart: 10
          share: 0.01
          keep: 2
        record:
          every: 1
          tensorBoard: auto
          histograms: auto
          images: auto

        """)
  }

  @Test func commentsExplainEachKey() throws {
    let text = try read().resolvedYAML(comments: true)
    #expect(text.contains("batch: 32  # samples per batch, over all ranks\n"))
    #expect(text.contains("data:  # the samples to train on and to measure on\n  source: temporal-order  # generated"))
    #expect(
      text.contains(
        """
            - lstm:  # long short-term memory, a recurrent layer with gates
                hiddenSize: 3  # the length of the hidden state

        """))
    #expect(try Recipe.parse(text, file: "other.yaml") == read())
  }

  @Test(arguments: BuiltInRecipes.all.map(\.name))
  func readingItAgainGivesTheSame(_ name: String) throws {
    let recipe = try Recipe.load(name)
    let text = recipe.resolvedYAML()
    let again = try Recipe.parse(text, file: "other.yaml")
    #expect(isIdentical(again, recipe) && again == recipe)
    #expect(again.resolvedYAML() == text)
  }

  @Test func unusualValuesSurvive() throws {
    let texts = [
      "with space", "none", "NULL", "~", "true", "no", "12", "1e3", "-", ".5", "# x", "a: b", "it's \"quoted\"",
      "back\\slash", "tab\tline\nnext", "käse/日本.npz", "🚀", "\u{7}\u{85}\u{2028}\u{FEFF}", "/data/x.npz", "- a", " a ",
    ]
    for text in texts {
      var recipe = try read()
      recipe.data = NumPyEntry(train: text, test: text)
      #expect(try isIdentical(Recipe.parse(recipe.resolvedYAML(), file: "recipe.yaml"), recipe))
      #expect(try recipe.validated() == recipe)
    }
    for number in [0.1 + 0.2, 1e-45, 3e38, 1.0 / 3, 123_456_789_012, 1e16, 0.00001] {
      var recipe = try read("seed: 18446744073709551615\n")
      var optimizer = RMSpropEntry()
      optimizer.learningRate = number
      optimizer.clipNorm = number
      recipe.optimizer = optimizer
      #expect(try isIdentical(recipe.validated(), recipe))
    }
  }

  @Test func numbersAreNumbersForEveryYAMLReader() {
    #expect(
      [1e-8, 1.5e-20, 1e16, 0.001, 2, 1e-5].map(\.recipeText) == [
        "1.0e-8", "1.5e-20", "1.0e+16", "0.001", "2", "1.0e-5",
      ])
    #expect(Float(0.1).recipeText == "0.1")
  }

  @Test func aRecipeMadeInSwiftIsChecked() throws {
    let lines = Recipe().resolvedYAML().split(separator: "\n")
    let line = try #require(lines.firstIndex { $0.hasPrefix("  layers:") }) + 1
    #expect(throws: wrong("recipe:\(line): model.layers must have at least one entry")) { try Recipe().validated() }
  }
}
