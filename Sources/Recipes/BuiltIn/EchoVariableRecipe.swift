extension BuiltInRecipe {
  /// Letters echoed after a delay that differs between strings.
  static let echoVariable = BuiltInRecipe(
    name: "echo-variable",
    summary: "each string is repeated after its own delay of 0 to 8 steps",
    text: #"""
      # The echo task with a delay of 0 to 8 steps that differs between strings; it is part of every step's inputs, one-hot.
      # A plain recurrent layer with orthogonal initial weights passes letters on from step to step like a shift register.
      # The delay decides which of them is the echo, so two linear layers with a relu between them read the state.
      #   dp-train predict RUN "3:hello   "
      name: echo-variable
      seed: 1              # eight of ten seeds (1 to 10) reach 100 %, the others 99.97 %
      epochs: 250
      batch: 64            # samples per batch, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: echo
        delay: 0-8         # steps, equally likely
        length: 20
        testLengths: 15-25
        epochSize: 1024    # training strings per epoch; each epoch has new ones
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
