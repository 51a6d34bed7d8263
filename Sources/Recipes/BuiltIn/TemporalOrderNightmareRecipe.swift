extension BuiltInRecipe {
  /// The gated recurrence on the nightmare level.
  static let temporalOrderNightmare = BuiltInRecipe(
    name: "temporal-order-nightmare",
    summary: "a recurrence with one gate on sequences of 300 to 500 symbols (nightmare)",
    text: #"""
      # The temporal-order task with sequences of 300 to 500 symbols: a symbol has to be kept for up to 280 steps until the
      # next, and both for up to 250 more. See temporal-order-hard for why the gated recurrence and Adam.
      name: temporal-order-nightmare
      seed: 1              # all of ten seeds (1 to 10) reach 100 %, after 35 to 50 epochs
      epochs: 100
      batch: 32            # samples a step, over all ranks
      shards: 8            # parts a batch is cut into; up to so many ranks can share the work

      data:
        source: temporal-order
        level: nightmare
        epochSize: 992     # training samples an epoch
        testSize: 992

      model:
        layers:
          - gated: {hiddenSize: 32, output: last}
          - linear: {outputs: 4}    # one output for each class

      loss: cross-entropy

      optimizer:
        name: adam
        learningRate: 0.01
        clipNorm: 1        # against the rare very large gradient

      evaluate: {every: 5} # epochs
      record: {every: 1}   # steps

      """#)
}
