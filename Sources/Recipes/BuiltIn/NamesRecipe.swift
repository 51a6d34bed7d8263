extension BuiltInRecipe {
  /// A recurrent network that tells the language of a surname.
  static let names = BuiltInRecipe(
    name: "names",
    summary: "a GRU tells the language of a surname, letter by letter",
    text: #"""
      # Surnames in 18 languages: letters in, language out. A tenth of each language's names is set aside for the test, the
      # same names for every seed. A name that a file repeats counts once, so that no test name is trained on.
      name: names
      seed: 1              # the same seed gives the same bits
      epochs: 12
      batch: 32            # samples per batch, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: text-lines
        folder: data/names # relative to the working directory; holds a file LANGUAGE.txt per language, one name per line
        origin: the folder data/names of https://download.pytorch.org/tutorial/data.zip
        encoding: oneHot   # a feature for each letter
        testShare: 0.1

      model:
        layers:
          - gru: {hiddenSize: 64, bidirectional: true, output: last}    # each name read from both ends
          - linear: {outputs: 18}                                       # one output for each language

      loss: cross-entropy

      optimizer:
        name: adamw
        learningRate: 0.01     # the schedule's top
        weightDecay: 0.1

      schedule: {name: one-cycle}

      evaluate: {every: 1} # epochs
      record: {every: 1}   # steps

      """#)
}
