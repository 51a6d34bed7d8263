extension BuiltInRecipe {
  /// The model of `temporalOrderSpikes`, trained so that the loss curve has no spikes.
  static let temporalOrderNoSpikes = BuiltInRecipe(
    name: "temporal-order-no-spikes",
    summary: "the same model and seed, trained so that the loss curve has no spikes",
    text: #"""
      # The model and seed of temporal-order-spikes, trained differently: neither the training curve nor the test curve has
      # spikes. Adam's two means forget about equally fast, so no step moves a weight by more than 1.16 times the rate,
      # however unusual its gradient is; with RMSprop it is 10 times. Gradient values are cut to 0.1, so that one unusual
      # gradient does not decide the direction of the 50 steps that remember it. The rate falls early and slowly to zero, so
      # that steps get shorter while the loss gets steeper. Weight decay keeps weights small. Evaluations use an average of
      # the weights over about 50 steps; the training curve is the mean of 31 steps. All this takes longer: 300 epochs.
      # docs/theory.md says what each part does, and what other seeds do.
      name: temporal-order-no-spikes
      seed: 1
      epochs: 300
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
        name: adamw
        learningRate: 0.0012
        beta1: 0.98        # the share of the mean gradient that is kept
        beta2: 0.99        # the share of the mean square that is kept
        weightDecay: 0.3   # a step subtracts this share of each weight, times the rate
        clipValue: 0.1     # the largest size of a gradient value

      schedule: {name: polynomial, power: 3}
      ema: {decay: 0.98}

      evaluate: {every: 1} # epochs
      record: {every: 1}   # steps

      """#)
}
