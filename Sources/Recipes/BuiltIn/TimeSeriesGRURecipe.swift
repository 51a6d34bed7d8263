extension BuiltInRecipe {
  /// A recurrent network on time series.
  static let timeSeriesGRU = BuiltInRecipe(
    name: "time-series-gru",
    summary: "a bidirectional GRU classifies time series of any length and any number of channels",
    text: #"""
      # Time series of the UCR and UEA archives (or others in .ts files), classified by a recurrent network that reads each
      # series from both ends. A starting point for any pair of files:
      #
      #     dp-train train time-series-gru data.train=NAME_TRAIN.ts data.test=NAME_TEST.ts
      #
      # If series differ much in length, batching=length is faster: each batch then has series of like length.
      # If the targets are numbers: loss=mse model.layers.2.linear.outputs=1
      name: time-series-gru
      seed: 1              # the same seed gives the same bits
      epochs: 100
      batch: 16            # samples per batch, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: ts
        train: data/series/BasicMotions_TRAIN.ts    # relative to the working directory
        test: data/series/BasicMotions_TEST.ts
        origin: https://www.timeseriesclassification.com, for example BasicMotions
        standardize: channel                        # by the training samples' means and deviations

      model:
        layers:
          - gru: {hiddenSize: 64, bidirectional: true, output: all, layers: 2, dropout: 0.2}
          - global-average-pool                     # the mean of the states after all steps
          - linear: classes                         # one output for each class of the training file

      loss: cross-entropy

      optimizer: {name: adamw, learningRate: 0.005, clipNorm: 1}

      schedule: {name: one-cycle}

      evaluate: {every: 10} # epochs
      record: {every: 1}    # steps

      """#)
}
