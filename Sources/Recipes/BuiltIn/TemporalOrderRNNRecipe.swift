extension BuiltInRecipe {
  /// A plain recurrent network on the easy level.
  static let temporalOrderRNN = BuiltInRecipe(
    name: "temporal-order-rnn",
    summary: "a plain recurrent network with relu on the same task (easy)",
    text: #"""
      # The temporal-order task without gates: a plain recurrent layer's state has to keep the first symbol. Compare with
      # temporal-order, whose LSTM has as many hidden units. The original notebook trains for 10 epochs (epochs=10) and for
      # 100, with the rate 0.001 and without clipNorm.
      name: temporal-order-rnn
      seed: 2              # eight of ten seeds (1 to 10) reach 100 %; with 1 and 4 all units die and the loss stays at ln 4
      epochs: 100
      batch: 32            # samples per batch, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: temporal-order
        level: easy        # easy, normal, moderate, hard or nightmare
        epochSize: 992     # training samples per epoch
        testSize: 992

      model:
        layers:
          - rnn: {hiddenSize: 4, nonlinearity: relu, output: last}
          - linear: {outputs: 4}    # one output for each class

      loss: cross-entropy

      optimizer:
        name: rmsprop
        learningRate: 0.003
        clipNorm: 1        # gradients of a plain recurrent network can explode

      evaluate: {every: 1} # epochs
      record: {every: 1}   # steps

      """#)
}
