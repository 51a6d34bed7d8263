extension BuiltInRecipe {
  /// Letters echoed four steps later.
  static let echo = BuiltInRecipe(
    name: "echo",
    summary: "a GRU repeats each letter of a string four steps later",
    text: #"""
      # The echo task: at each step the network names the letter that it was given four steps before, and "nothing" before
      # that. So it has to keep the last four letters at all times. Accuracy on the test strings is the share of right letters
      # after the delay, of strings that are longer than those trained on.
      #   dp-train predict RUN "hello    "
      name: echo
      seed: 1              # all of ten seeds (1 to 10) reach 100 %, after 40 to 100 epochs
      epochs: 150
      batch: 64            # samples a step, over all ranks
      shards: 8            # parts a batch is cut into; up to so many ranks can share the work

      data:
        source: echo
        delay: 4           # steps; 0-8 gives each string a delay of its own, as in echo-variable
        length: 15
        testLengths: 15-25
        epochSize: 1024    # training strings an epoch, fresh in each
        testSize: 500

      model:
        layers:
          - gru: {hiddenSize: 64, output: all}    # the state after every step goes on
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
