extension BuiltInRecipe {
  /// The same training without the kinks.
  static let temporalOrderNoSpikes = BuiltInRecipe(
    name: "temporal-order-no-spikes",
    summary: "the same model and seed trained so that its loss curves have none",
    text: #"""
      # temporal-order-spikes with another training of the same model from the same seed: neither the training's curve nor the
      # test's has a kink. The two means of Adam forget about equally fast, so that no step moves a weight by more than 1.16
      # times the rate, however unusual its gradient is; with RMSprop it is 10 times. Entries of a gradient are cut to 0.1, so
      # that one unusual gradient does not decide the direction of the 50 steps that remember it. The rate falls early and
      # slowly to zero, so that steps get shorter while the loss gets steeper. Decaying weights stay small. Evaluations take an
      # average of the weights over about 50 steps, as the training's curve has the mean of 31. All of it takes longer: 300
      # epochs. docs/theory.md says what each part does, and what other seeds do.
      name: temporal-order-no-spikes
      seed: 1
      epochs: 300
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
        name: adamw
        learningRate: 0.0012
        beta1: 0.98        # what is kept of the mean of gradients
        beta2: 0.99        # and of the mean of their squares
        weightDecay: 0.3   # times the rate: what a step takes off each weight
        clipValue: 0.1     # the largest entry of a gradient

      schedule: {name: polynomial, power: 3}
      ema: {decay: 0.98}

      evaluate: {every: 1} # epochs
      record: {every: 1}   # steps

      """#)
}
