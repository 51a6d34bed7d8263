extension BuiltInRecipe {
  /// A ResNet-18 on small colour images.
  static let cifar = BuiltInRecipe(
    name: "cifar",
    summary: "a ResNet-18 tells small colour images apart (CIFAR-10 or CIFAR-100, from their binary files)",
    text: #"""
      # CIFAR-10: 50,000 colour images of 32×32 pixels in ten classes to train on, 10,000 to test on. For CIFAR-100, set
      # data.folder to its folder, cifar-100-binary.
      #
      # The numbers are those that DeVries and Taylor 2017 trained a ResNet-18 with (arXiv 1708.04552, code at
      # github.com/uoguelph-mlrg/Cutout): 4.72 % of CIFAR-10's test images were wrong, 22.46 % of CIFAR-100's. Three things
      # are different here. The rate falls along a cosine (Loshchilov and Hutter 2017), not in three steps, after five
      # epochs of warm-up (Goyal et al. 2017). Only weights decay, not biases and normalization (He et al. 2019).
      # Nothing was tuned.
      name: cifar
      seed: 1              # the same seed gives the same bits
      epochs: 200
      batch: 128           # samples per batch, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: cifar
        folder: data/cifar-10-batches-bin    # relative to the working directory
        transforms:
          - random-crop: {size: 32, padding: 4}
          - random-horizontal-flip
          - normalize: {mean: [0.4914, 0.4824, 0.4467], std: [0.2471, 0.2435, 0.2616]}

      model:
        network: {name: resnet18, stem: cifar}

      loss: cross-entropy

      optimizer:
        name: sgd
        learningRate: 0.1      # the schedule's top
        momentum: 0.9
        nesterov: true
        weightDecay: 0.0005
        decayed: weights

      schedule: {name: cosine, warmup: 5 epochs}

      evaluate: {every: 1} # epochs
      record: {every: 10}  # steps

      """#)
}
