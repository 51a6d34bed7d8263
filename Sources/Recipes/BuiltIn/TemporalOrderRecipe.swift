extension BuiltInRecipe {
  /// A small LSTM on the easy level: learns in seconds.
  static let temporalOrder = BuiltInRecipe(
    name: "temporal-order",
    summary: "an LSTM tells the order of two symbols in a sequence (easy)",
    text: #"""
      # The temporal-order task: a sequence of distractors has an X or a Y at two places far apart. The class is which came
      # first and which second (four classes), so the network has to remember the first until the second comes.
      name: temporal-order
      seed: 1              # all of ten seeds (1 to 10) reach 100 %; the same seed gives the same bits
      epochs: 60           # the original notebook: 10 (reaches 60 to 91 %) and 100, without clipNorm
      batch: 32            # samples per batch, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: temporal-order
        level: easy        # easy, normal, moderate, hard or nightmare
        epochSize: 992     # training samples per epoch
        testSize: 992

      model:
        layers:
          - lstm: {hiddenSize: 4, output: last}    # the output is the state after the last symbol
          - linear: {outputs: 4}                   # one output for each class

      loss: cross-entropy

      optimizer:
        name: rmsprop
        learningRate: 0.001
        clipNorm: 1        # limits the rare very large gradient

      evaluate: {every: 1} # epochs
      record: {every: 1}   # steps

      """#)
}
