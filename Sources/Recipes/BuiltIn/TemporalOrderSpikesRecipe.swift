extension BuiltInRecipe {
  /// A training whose loss curve has kinks.
  static let temporalOrderSpikes = BuiltInRecipe(
    name: "temporal-order-spikes",
    summary: "an LSTM trained so that its loss curve has spikes (moderate)",
    text: #"""
      # The temporal-order task trained as in the notebook this comes from ("section 8"): its loss curve, the mean of each
      # epoch, has kinks, and single steps reach losses far above ln 4, where guessing starts. RMSprop divides by the root of
      # the mean of recent squared gradients: after a calm time this is small, and one large gradient makes a step of up to ten
      # times the rate in every weight. temporal-order-no-spikes differs in the training alone.
      name: temporal-order-spikes
      seed: 1
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
        name: rmsprop
        learningRate: 0.001
        alpha: 0.99        # what is kept of the mean of squares
        epsilon: 1.0e-8

      evaluate: {every: 1} # epochs
      record: {every: 1}   # steps

      """#)
}
