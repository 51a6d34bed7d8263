extension BuiltInRecipe {
  /// A convolutional network on handwritten digits.
  static let mnist = BuiltInRecipe(
    name: "mnist",
    summary: "a convolutional network reads handwritten digits (MNIST, from IDX files)",
    text: #"""
      # Handwritten digits: 60,000 images of 28×28 pixels to train on, 10,000 to test on. The network is that of PyTorch's
      # MNIST example. The learning rate rises for a tenth of the run, then falls to almost nothing.
      name: mnist
      seed: 1              # the same seed gives the same bits
      epochs: 8
      batch: 128           # samples per batch, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: idx
        folder: data/mnist # relative to the working directory; holds train-images-idx3-ubyte.gz and the three others
        origin: https://yann.lecun.com/exdb/mnist, or torchvision.datasets.MNIST, which puts it into MNIST/raw
        mean: 0.1307       # of all training pixels, between 0 and 1
        std: 0.3081

      model:
        layers:
          - conv2d: {outputs: 32, kernel: 3}
          - relu
          - conv2d: {outputs: 64, kernel: 3}
          - relu
          - max-pool: {kernel: 2}
          - dropout: {probability: 0.25}
          - flatten
          - linear: {outputs: 128}
          - relu
          - dropout: {probability: 0.5}
          - linear: {outputs: 10}    # one output for each digit

      loss: cross-entropy

      optimizer:
        name: adam
        learningRate: 0.003    # the schedule's top

      schedule: {name: one-cycle, rise: 0.1}
      # evaluations use an average of about the last 100 steps' weights, which is good long before the rate has fallen
      ema: {decay: 0.99, warmup: false}

      evaluate: {every: 1} # epochs
      record: {every: 1}   # steps

      """#)
}
