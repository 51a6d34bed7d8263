extension BuiltInRecipe {
  /// The fully convolutional network of Wang, Yan & Oates 2017 on time series.
  static let timeSeries = BuiltInRecipe(
    name: "time-series",
    summary: "a fully convolutional network classifies time series of any length and any number of channels",
    text: #"""
      # Time series of the UCR and UEA archives (or others in .ts files), classified by the fully convolutional network of Wang,
      # Yan & Oates 2017. A starting point for any pair of files:
      #
      #     dp-train train time-series data.train=NAME_TRAIN.ts data.test=NAME_TEST.ts
      #
      # If the targets are numbers: loss=mse model.layers.10.linear.outputs=1
      name: time-series
      seed: 1              # the same seed gives the same bits
      epochs: 300
      batch: 16            # samples per batch, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: ts
        train: data/series/GunPoint_TRAIN.ts    # relative to the working directory
        test: data/series/GunPoint_TEST.ts
        origin: https://www.timeseriesclassification.com, for example GunPoint
        standardize: channel                    # by the training samples' means and deviations

      model:
        layers:
          - conv1d: {outputs: 128, kernel: 8, padding: same, bias: false}
          - batch-norm
          - relu
          - conv1d: {outputs: 256, kernel: 5, padding: same, bias: false}
          - batch-norm
          - relu
          - conv1d: {outputs: 128, kernel: 3, padding: same, bias: false}
          - batch-norm
          - relu
          - global-average-pool
          - linear: classes                     # one output for each class of the training file

      loss: cross-entropy

      optimizer: {name: adamw, learningRate: 0.001}

      schedule: {name: one-cycle}

      evaluate: {every: 25} # epochs
      record: {every: 1}    # steps

      """#)
}
