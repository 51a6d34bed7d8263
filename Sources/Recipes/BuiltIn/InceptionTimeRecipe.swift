extension BuiltInRecipe {
  /// InceptionTime on time series.
  static let inceptionTime = BuiltInRecipe(
    name: "inception-time",
    summary: "InceptionTime classifies time series of any length and any number of channels",
    text: #"""
      # Time series of the UCR and UEA archives (or others in .ts files), classified by InceptionTime (Ismail Fawaz et al. 2020): one
      # network of its ensemble of five; seeds 1 to 5 give five. The numbers are the paper's, but for the schedule: there the rate
      # halves when the loss stands still. For any pair of files:
      #
      #     dp-train train inception-time data.train=NAME_TRAIN.ts data.test=NAME_TEST.ts
      name: inception-time
      seed: 1              # the same seed gives the same bits
      epochs: 1500
      batch: 64            # samples per batch, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: ts
        train: data/series/GunPoint_TRAIN.ts    # relative to the working directory
        test: data/series/GunPoint_TEST.ts
        origin: https://www.timeseriesclassification.com, for example GunPoint
        standardize: channel                    # by the training samples' means and deviations

      model: {network: inception-time}

      loss: cross-entropy

      optimizer: {name: adam, learningRate: 0.001}

      schedule: {name: cosine}

      evaluate: {every: 100} # epochs
      record: {every: 10}    # steps

      """#)
}
