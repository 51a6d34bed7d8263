extension BuiltInRecipe {
  /// Letters echoed by a delay that each string has of its own.
  static let echoVariable = BuiltInRecipe(
    name: "echo-variable",
    summary: "each string is repeated after a delay of its own, 0 to 8 steps",
    text: #"""
      # The echo task with a delay of 0 to 8 steps that each string has of its own and that its inputs tell: one-hot, joined to
      # every letter's. A plain recurrent layer that starts orthogonal passes letters on from step to step as a shift register
      # does; which of them is the echo depends on the delay, so two linear layers with a relu between read the state.
      #   dp-train predict RUN "3:hello   "
      name: echo-variable
      seed: 1              # of ten seeds (1 to 10) eight reach 100 %, the others 99.97 %
      epochs: 250
      batch: 64            # samples a step, over all ranks
      shards: 8            # parts a batch is cut into; up to so many ranks can share the work

      data:
        source: echo
        delay: 0-8         # steps, equally likely
        length: 20
        testLengths: 15-25
        epochSize: 1024    # training strings an epoch, fresh in each
        testSize: 500

      model:
        layers:
          - rnn: {hiddenSize: 192, nonlinearity: tanh, output: all, initialization: orthogonal}
          - linear: {outputs: 128}
          - relu
          - linear: {outputs: 27}    # "nothing" and the letters

      loss: cross-entropy

      optimizer:
        name: adam
        learningRate: 0.002
        clipNorm: 1

      schedule: {name: cosine}

      evaluate: {every: 10} # epochs
      record: {every: 1}   # steps

      """#)
}
