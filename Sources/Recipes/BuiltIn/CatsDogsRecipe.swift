extension BuiltInRecipe {
  /// A residual network on photographs of cats and dogs.
  static let catsDogs = BuiltInRecipe(
    name: "cats-dogs",
    summary: "a residual network tells photographs of cats and dogs apart (image folders)",
    text: #"""
      # Photographs of cats and dogs: 1000 of each to train on, from random weights. Half of the validation images, chosen
      # by a fixed seed, are set aside for the test at the end.
      name: cats-dogs
      seed: 1              # the same seed gives the same bits
      epochs: 37
      batch: 16            # samples per batch, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: image-folder
        folder: data/cats-and-dogs    # relative to the working directory; train/cats/*.jpg and so on
        origin: the Kaggle competition Dogs vs. Cats
        validation: validation
        testShare: 0.5                # of the validation images
        transforms:
          - resize: {size: [128, 128]}    # what comes before a random transform is kept in memory
          - random-resized-crop: {size: 96, scale: [0.35, 1]}
          - random-horizontal-flip
          - color-jitter: {brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.05}
          - normalize: {mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}
        evaluationTransforms:
          - resize: {size: [110, 110]}
          - center-crop: 96
          - normalize: {mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}

      model:
        layers:
          - conv2d: {outputs: 32, kernel: 5, stride: 2, padding: 2, bias: false}
          - batch-norm
          - relu
          - max-pool: {kernel: 2}
          - residual:
              body:
                - conv2d: {outputs: 64, kernel: 3, padding: 1, bias: false}
                - batch-norm
                - relu
                - conv2d: {outputs: 64, kernel: 3, padding: 1, bias: false}
                - batch-norm
              shortcut:
                - conv2d: {outputs: 64, kernel: 1, bias: false}
                - batch-norm
          - relu
          - max-pool: {kernel: 2}
          - residual:
              body:
                - conv2d: {outputs: 128, kernel: 3, padding: 1, bias: false}
                - batch-norm
                - relu
                - conv2d: {outputs: 128, kernel: 3, padding: 1, bias: false}
                - batch-norm
              shortcut:
                - conv2d: {outputs: 128, kernel: 1, bias: false}
                - batch-norm
          - relu
          - max-pool: {kernel: 2}
          - residual:
              body:
                - conv2d: {outputs: 256, kernel: 3, padding: 1, bias: false}
                - batch-norm
                - relu
                - conv2d: {outputs: 256, kernel: 3, padding: 1, bias: false}
                - batch-norm
              shortcut:
                - conv2d: {outputs: 256, kernel: 1, bias: false}
                - batch-norm
          - relu
          - global-average-pool
          - dropout: {probability: 0.2}
          - linear: {outputs: 2}

      loss: {name: cross-entropy, labelSmoothing: 0.05}

      optimizer:
        name: adamw
        learningRate: 0.002    # the schedule's top
        weightDecay: 0.05

      schedule: {name: one-cycle}

      evaluate: {every: 1} # epochs
      record: {every: 1}   # steps

      """#)
}
