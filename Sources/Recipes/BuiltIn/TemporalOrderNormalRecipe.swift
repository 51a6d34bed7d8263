extension BuiltInRecipe {
  /// A larger LSTM on the normal level.
  static let temporalOrderNormal = BuiltInRecipe(
    name: "temporal-order-normal",
    summary: "a larger LSTM on sequences of 30 to 40 symbols (normal)",
    text: #"""
      # The temporal-order task with sequences of 30 to 40 symbols.
      name: temporal-order-normal
      seed: 1              # all of ten seeds (1 to 10) reach 100 %
      epochs: 60
      batch: 32            # samples per batch, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: temporal-order
        level: normal
        epochSize: 992     # training samples per epoch
        testSize: 992

      model:
        layers:
          - lstm: {hiddenSize: 12, output: last}
          - linear: {outputs: 4}    # one output for each class

      loss: cross-entropy

      optimizer:
        name: rmsprop
        learningRate: 0.004
        clipNorm: 1        # limits the rare very large gradient

      schedule: {name: cosine}    # ends with small steps, so that the accuracy is steady

      evaluate: {every: 1} # epochs
      record: {every: 1}   # steps

      """#)
}
