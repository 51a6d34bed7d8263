extension BuiltInRecipe {
  /// The same training without the kinks.
  static let temporalOrderNoSpikes = BuiltInRecipe(
    name: "temporal-order-no-spikes",
    summary: "the same model and seed trained so that its loss curve has none",
    text: #"""
      # temporal-order-spikes with another training of the same model from the same seed: a curve without kinks. Adam's mean of
      # squares is ten times as long as RMSprop's; epsilon keeps calm times from making steps large; the norm of the gradient
      # is limited; and the rate falls to zero, so that the end is still. Clipping alone does not do it: what RMSprop divides
      # by shrinks as well.
      name: temporal-order-no-spikes
      seed: 1              # of ten seeds (1 to 10) nine have no spike; three of those (3, 4, 9) learn nothing
      epochs: 100
      batch: 32            # samples a step, over all ranks
      shards: 8            # parts a batch is cut into; up to so many ranks can share the work

      data:
        source: temporal-order
        level: moderate
        epochSize: 992     # training samples an epoch
        testSize: 992

      model:
        layers:
          - lstm: {hiddenSize: 12, output: last}
          - linear: {outputs: 4}    # one output for each class

      loss: cross-entropy

      optimizer:
        name: adam
        learningRate: 0.003
        epsilon: 1.0e-4    # not far below the gradients before anything is learnt
        clipNorm: 1

      schedule: {name: cosine}

      evaluate: {every: 1} # epochs
      record: {every: 1}   # steps

      """#)
}
