extension BuiltInRecipe {
  /// A larger LSTM on the moderate level.
  static let temporalOrderModerate = BuiltInRecipe(
    name: "temporal-order-moderate",
    summary: "a larger LSTM on longer sequences (moderate)",
    text: #"""
      # The temporal-order task with sequences of 60 to 80 symbols: the first symbol has to be remembered for dozens
      # of steps, which takes more hidden units and more epochs than the easy level.
      name: temporal-order-moderate
      seed: 1              # all of ten seeds (1 to 10) reach 100 %
      epochs: 150          # the original notebook: 100; see temporal-order-spikes
      batch: 32            # samples per batch, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: temporal-order
        level: moderate    # easy, normal, moderate, hard or nightmare
        epochSize: 992     # training samples per epoch
        testSize: 992

      model:
        layers:
          - lstm: {hiddenSize: 12, output: last}
          - linear: {outputs: 4}    # one output for each class

      loss: cross-entropy

      optimizer:
        name: rmsprop
        learningRate: 0.004    # the notebook: 0.001
        clipNorm: 1        # limits the rare very large gradient

      evaluate: {every: 1} # epochs
      record: {every: 1}   # steps

      """#)
}
