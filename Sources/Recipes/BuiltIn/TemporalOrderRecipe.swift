extension BuiltInRecipe {
  /// A small LSTM on the easy level: learns in seconds.
  static let temporalOrder = BuiltInRecipe(
    name: "temporal-order",
    summary: "an LSTM tells the order of two symbols in a sequence (easy)",
    text: #"""
      # The temporal-order task: a sequence of distractors holds an X or Y at two places far apart. Which came first and
      # which second is one of four classes, so the network has to remember the first until it meets the second.
      name: temporal-order
      seed: 1              # all of ten seeds (1 to 10) reach 100 %; the same seed, the same bits
      epochs: 60           # the notebook this comes from: 10 (60 to 91 % then) and 100, without clipNorm
      batch: 32            # samples a step, over all ranks
      shards: 8            # parts a batch is cut into; up to so many ranks can share the work

      data:
        source: temporal-order
        level: easy        # easy, normal, moderate, hard or nightmare
        epochSize: 992     # training samples an epoch
        testSize: 992

      model:
        layers:
          - lstm: {hiddenSize: 4, output: last}    # only the state after the last symbol goes on
          - linear: {outputs: 4}                   # one output for each class

      loss: cross-entropy

      optimizer:
        name: rmsprop
        learningRate: 0.001
        clipNorm: 1        # against the rare very large gradient

      evaluate: {every: 1} # epochs
      record: {every: 1}   # steps

      """#)
}
