extension BuiltInRecipe {
  /// A ResNet-18 with weights of others, trained on photographs.
  static let finetune = BuiltInRecipe(
    name: "finetune",
    summary: "a ResNet-18 with weights of others learns new classes of photographs (any image folder)",
    text: #"""
      # A ResNet-18 that somebody trained learns classes of your own: first the new last layer, then all layers, slowly. The folder has
      # train/CLASS/*.jpg, or CLASS/* directly. The weights are torchvision's, for example:
      #
      #     python3 -c 'import torch, torchvision
      #     torch.save(torchvision.models.resnet18(weights="DEFAULT").state_dict(), "resnet18.pt")'
      #     dp-train train finetune data.folder=PICTURES
      name: finetune
      seed: 1              # the same seed gives the same bits
      epochs: 10
      batch: 32            # samples per batch, over all ranks
      shards: 8            # parts that a batch is cut into; up to that many ranks share the work

      data:
        source: image-folder
        folder: pictures               # relative to the working directory
        validationShare: 0.1           # of the training images; or name the folder: validation: val
        transforms:                    # as the weights were trained
          - random-resized-crop: {size: [224, 224]}
          - random-horizontal-flip
          - normalize: {mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}
        evaluationTransforms:
          - resize: {size: 256}
          - center-crop: {size: [224, 224]}
          - normalize: {mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}

      model:
        network: resnet18
        weights: {file: resnet18.pt, except: [fc]}    # the last layer is drawn anew
        freeze: [conv1, bn1, layer1, layer2, layer3, layer4]
        unfreeze: 3 epochs

      loss: {name: cross-entropy, labelSmoothing: 0.1}

      optimizer:
        name: adamw
        learningRate: 0.001
        weightDecay: 0.01
        decayed: weights
        groups:
          - {match: fc}                               # the rate above
          - {match: "*", learningRate: x0.1}

      schedule: {name: cosine}

      evaluate: {every: 1} # epochs
      record: {every: 1}   # steps

      """#)
}
