extension BuiltInRecipe {
  /// Letters echoed four steps later.
  static let echo = BuiltInRecipe(
    name: "echo",
    summary: "a GRU repeats each letter of a string four steps later",
    text: #"""
      # The echo task: at each step the network outputs the letter of four steps before, or "nothing" in the first four
      # steps. So it has to keep the last four letters. The test accuracy is the share of right letters after the delay;
      # test strings are longer than training strings.
      #   dp-train predict RUN "hello    "
      name: echo
      seed: 1              # all of ten seeds (1 to 10) reach 100 % after 40 to 100 epochs
      epochs: 150
      batch: 64            # samples per batch, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: echo
        delay: 4           # steps; 0-8 gives each string its own, as in echo-variable
        length: 15
        testLengths: 15-25
        epochSize: 1024    # training strings per epoch; each epoch has new ones
        testSize: 500

      model:
        layers:
          - gru: {hiddenSize: 64, output: all}    # the state after every step is the output
          - linear: {outputs: 27}                 # "nothing" and the letters

      loss: cross-entropy

      optimizer:
        name: adam
        learningRate: 0.01
        clipNorm: 1

      schedule: {name: cosine}

      evaluate: {every: 5} # epochs
      record: {every: 1}   # steps

      """#)
}
