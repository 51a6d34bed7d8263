extension BuiltInRecipe {
  /// The gated recurrent layer on the hard level.
  static let temporalOrderHard = BuiltInRecipe(
    name: "temporal-order-hard",
    summary: "a recurrent layer with one gate on sequences of 100 to 110 symbols (hard)",
    text: #"""
      # The temporal-order task as in the paper, with sequences of 100 to 110 symbols: the loss stays at ln 4 until the network
      # learns to keep a symbol for dozens of steps. A gate that starts half open and Adam, whose steps do not shrink with
      # the gradient, learn it soon; the LSTM (model.cell=lstm) still guesses after these epochs.
      name: temporal-order-hard
      seed: 1              # all of ten seeds (1 to 10) reach 100 % after 30 to 105 epochs
      epochs: 250
      batch: 32            # samples per batch, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: temporal-order
        level: hard
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
