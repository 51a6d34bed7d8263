extension BuiltInRecipe {
  /// A training whose loss curve has spikes.
  static let temporalOrderSpikes = BuiltInRecipe(
    name: "temporal-order-spikes",
    summary: "an LSTM trained so that its loss curve has spikes (moderate)",
    text: #"""
      # The temporal-order task trained as in the original notebook ("section 8"): the loss curve, the mean of each epoch, has
      # spikes, and single steps reach losses far above ln 4, the loss of guessing. RMSprop divides by the root of the mean of
      # recent squared gradients. After a calm time this is small, and one large gradient makes a step of up to ten times the
      # rate in every weight. temporal-order-no-spikes differs only in the training.
      name: temporal-order-spikes
      seed: 1
      epochs: 100
      batch: 32            # samples per batch, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: temporal-order
        level: moderate
        epochSize: 992     # training samples per epoch
        testSize: 992

      model:
        layers:
          - lstm: {hiddenSize: 12, output: last}
          - linear: {outputs: 4}    # one output for each class

      loss: cross-entropy

      optimizer:
        name: rmsprop
        learningRate: 0.001
        alpha: 0.99        # the share of the mean square that is kept
        epsilon: 1.0e-8

      evaluate: {every: 1} # epochs
      record: {every: 1}   # steps

      """#)
}
