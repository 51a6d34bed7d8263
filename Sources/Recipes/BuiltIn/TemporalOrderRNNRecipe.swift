extension BuiltInRecipe {
  /// A plain recurrent network on the easy level.
  static let temporalOrderRNN = BuiltInRecipe(
    name: "temporal-order-rnn",
    summary: "a plain recurrent network with relu on the same task (easy)",
    text: #"""
      # The temporal-order task without gates: the state of a plain recurrent layer has to carry the first symbol along
      # by itself. Compare with temporal-order, whose LSTM has as many hidden units.
      name: temporal-order-rnn
      seed: 2              # with four units, half of all seeds leave them dead: the loss then stays at ln 4
      epochs: 100
      batch: 32            # samples a step, over all ranks
      shards: 8            # parts a batch is cut into; up to so many ranks can share the work

      data:
        source: temporal-order
        level: easy        # easy, normal, moderate, hard or nightmare
        epochSize: 992     # training samples an epoch
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
