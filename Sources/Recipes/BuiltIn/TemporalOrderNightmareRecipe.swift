extension BuiltInRecipe {
  /// The gated recurrent layer on the nightmare level.
  static let temporalOrderNightmare = BuiltInRecipe(
    name: "temporal-order-nightmare",
    summary: "a recurrent layer with one gate on sequences of 300 to 500 symbols (nightmare)",
    text: #"""
      # The temporal-order task with sequences of 300 to 500 symbols: a symbol has to be kept for up to 280 steps until the
      # next, and both for up to 250 more. temporal-order-hard says why one gate and Adam are used.
      name: temporal-order-nightmare
      seed: 1              # all of ten seeds (1 to 10) reach 100 % after 35 to 50 epochs
      epochs: 100
      batch: 32            # samples per batch, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: temporal-order
        level: nightmare
        epochSize: 992     # training samples per epoch
        testSize: 992

      model:
        layers:
          - gated: {hiddenSize: 32, output: last}
          - linear: {outputs: 4}    # one output for each class

      loss: cross-entropy

      optimizer:
        name: adam
        learningRate: 0.01
        clipNorm: 1        # limits the rare very large gradient

      evaluate: {every: 5} # epochs
      record: {every: 1}   # steps

      """#)
}
