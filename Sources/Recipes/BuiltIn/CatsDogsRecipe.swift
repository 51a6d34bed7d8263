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
      epochs: 30
      batch: 32            # samples per batch, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: image-folder
        folder: data/cats-and-dogs    # relative to the working directory; train/cats/*.jpg and so on
        origin: the Kaggle competition Dogs vs. Cats
        validation: validation
        testShare: 0.5                # of the validation images
        transforms:
          - resize: {size: [112, 112]}    # 256 × 256 in the homework takes five times as long and gains little
          - random-horizontal-flip
          - random-rotation: {degrees: 20}
          - color-jitter: {contrast: 0.1, saturation: 0.1, hue: 0.1}
          - gaussian-blur: {kernelSize: 7, sigma: [0.1, 1.0]}
          - normalize: {mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}

      model:
        layers:
          - conv2d: {outputs: 32, kernel: 5, stride: 2, padding: 2, bias: false}
          - batch-norm
          - relu
          - residual:
              body:
                - conv2d: {outputs: 32, kernel: 3, padding: 1, bias: false}
                - batch-norm
                - relu
                - conv2d: {outputs: 32, kernel: 3, padding: 1, bias: false}
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
                - conv2d: {outputs: 128, kernel: 3, padding: 1, bias: false}
                - batch-norm
                - relu
                - conv2d: {outputs: 128, kernel: 3, padding: 1, bias: false}
                - batch-norm
          - relu
          - global-average-pool
          - dropout: {probability: 0.2}
          - linear: {outputs: 2}

      loss: {name: cross-entropy, labelSmoothing: 0.05}

      optimizer:
        name: adamw
        learningRate: 0.003    # the schedule's top
        weightDecay: 0.05

      schedule: {name: one-cycle}

      evaluate: {every: 1} # epochs
      record: {every: 1}   # steps

      """#)
}
