import Formats
import TestSupport
import Testing

/// A training that is repeated on several numbers of ranks.
struct Training: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let arguments: [String]
  var ranks = [1, 2, 3, 4]
  var prepare: @Sendable (Folder) throws -> Void = { _ in }

  static let all = [
    Training(
      testDescription: "the default recipe", arguments: ["epochs=5"], ranks: [1, 2, 3, 5, 7, 8]),
    Training(
      testDescription: "11 shards of an odd batch",
      arguments: ["shards=11", "batch=33", "epochs=2", "data.epochSize=500", "model.layers.0.lstm.hiddenSize=7"]),
    Training(testDescription: "augmented images from folders", arguments: ["images.yaml"], ranks: [1, 2, 3, 8]) {
      try $0.writeImageRecipe(epochs: 3)
    },
    Training(
      testDescription: "images that threads load, too many for the cache",
      arguments: ["images.yaml", "data.threads=3", "data.cache=1", "data.transforms.0.resize.size=[180, 200]"],
      ranks: [2, 3]
    ) {
      try $0.writeImageRecipe(epochs: 2)
    },
    Training(testDescription: "a plain recurrent network", arguments: ["temporal-order-rnn", "epochs=2"]),
    Training(
      testDescription: "compressed gradients",
      arguments: ["epochs=2", "compression.format=bfloat16", "compression.parts=4"], ranks: [2, 3, 8]),
    Training(
      testDescription: "an LSTM in bfloat16", arguments: ["epochs=3", "precision=bfloat16"], ranks: [1, 2, 3, 8]),
    Training(
      testDescription: "a convolutional network in bfloat16, compressed gradients",
      arguments: [
        "mnist", "epochs=2", "batch=16", "precision=bfloat16", "compression.format=bfloat16", "compression.parts=2",
      ], ranks: [1, 2, 3, 8], prepare: SmallData.writeDigits),
    Training(
      testDescription: "sequences of different lengths in bfloat16",
      arguments: ["sequences.yaml", "precision=bfloat16"],
      ranks: [1, 2, 3, 8], prepare: writeSequences),
    Training(
      testDescription: "a residual network in bfloat16",
      arguments: ["cifar", "epochs=1", "batch=40", "model.network.width=4", "precision=bfloat16"], ranks: [1, 2, 3],
      prepare: SmallData.writeCIFAR),
    Training(
      testDescription: "SGD with momentum",
      arguments: [
        "optimizer.name=sgd", "optimizer.learningRate=0.05", "optimizer.momentum=0.9", "optimizer.nesterov=true",
        "epochs=2",
      ]),
    Training(
      testDescription: "NumPy sequences of different lengths, the last batch smaller than its shards",
      arguments: ["sequences.yaml"], prepare: writeSequences),
    Training(
      testDescription: "sequences that are changed at random",
      arguments: [
        "sequences.yaml", "data.transforms=[jitter, {scaling: 0.2}, {time-masking: {count: 2, share: 0.5}}]",
      ], ranks: [1, 2, 3, 8], prepare: writeSequences),
    Training(
      testDescription: "images with every kind of augmentation",
      arguments: [
        "cifar", "epochs=1", "batch=40", "model.network.width=4",
        "data.transforms=[{auto-augment: cifar10}, trivial-augment-wide, {rand-augment: {numOps: 3}}, random-vertical-flip, "
          + "{random-affine: {degrees: 9, shear: 5, interpolation: bilinear}}, random-perspective, random-grayscale, "
          + "random-invert, {random-solarize: 128}, {random-posterize: 4}, {random-adjust-sharpness: 2}, "
          + "random-autocontrast, random-equalize, random-erasing, {random-erasing: {value: random}}]",
      ], ranks: [1, 2, 3, 8], prepare: SmallData.writeCIFAR),
    Training(
      testDescription: "sequences in batches of like length",
      arguments: ["sequences.yaml", "batching=length", "batchingWindow=2"], ranks: [1, 2, 3, 5, 8],
      prepare: writeSequences),
    Training(
      testDescription: "sequences drawn by weight, in batches of like length",
      arguments: [
        "sequences.yaml", "sampling=weights", "epochSamples=90", "batching=length", "batchingWindow=2",
      ], ranks: [1, 2, 3, 8], prepare: writeSequences),
    Training(
      testDescription: "augmented images drawn by class", arguments: ["images.yaml", "sampling=balanced"],
      ranks: [1, 2, 3, 8]
    ) {
      try $0.writeImageRecipe(epochs: 3)
    },
    Training(
      testDescription: "images of a folder of arrays that are read from the disk", arguments: ["arrays.yaml"],
      ranks: [1, 2, 3, 8], prepare: writeArrays),
    Training(
      testDescription: "time series of different lengths, some values missing", arguments: ["series.yaml"],
      prepare: SequenceData.writeSeries),
    Training(
      testDescription: "a class for each step of sequences in a table", arguments: ["steps.yaml"],
      prepare: SequenceData.writeSteps),
    Training(
      testDescription: "images from IDX files, a part of them kept for validation",
      arguments: ["mnist", "epochs=2", "batch=16", "data.validationShare=0.2"], ranks: [1, 2, 3, 8],
      prepare: SmallData.writeDigits),
    Training(
      testDescription: "augmented images from CIFAR's files, a part of them kept for validation",
      arguments: ["cifar", "epochs=2", "batch=40", "model.network.width=4", "data.validationShare=0.2"],
      ranks: [1, 2, 3],
      prepare: SmallData.writeCIFAR),
    Training(
      testDescription: "digits mixed by mixup and cutmix, in bfloat16, with balanced classes",
      arguments: [
        "mnist", "epochs=2", "batch=19", "mix.mixup=0.2", "mix.cutmix=1", "precision=bfloat16",
        "loss.classWeights=balanced", "loss.labelSmoothing=0.1",
      ], ranks: [1, 2, 3, 8], prepare: SmallData.writeDigits),
    Training(
      testDescription: "an early stop with the best averaged weights, outliers shortened, a rate that restarts",
      arguments: [
        "names", "epochs=60", "monitor={metric: loss, direction: greatest}", "stop=3", "restoreBest=true",
        "outliers={limit: 1.2, window: 20}", "ema={decay: 0.9, every: 2}", "batch=16", "data.validationShare=0.2",
        "schedule={name: cosine-restarts, period: 1 epoch, multiplier: 2, warmup: 3 steps}",
      ], ranks: [1, 2, 3, 8], prepare: SmallData.writeNames),
    Training(
      testDescription: "augmented images in tar files, mixed within a window", arguments: ["tar.yaml"],
      ranks: [1, 2, 3, 8]
    ) {
      try $0.writeTarRecipe()
    },
    Training(
      testDescription: "lines of text", arguments: ["names", "epochs=2"], ranks: [1, 2, 3, 8],
      prepare: SmallData.writeNames),
  ]

  /// 36 images of 2 MB, which are more than is kept in memory.
  private static func writeArrays(_ folder: Folder) throws {
    let (count, size) = (36, 1400)
    try Folder(path: folder["arrays"]).create()
    var random = TestRandom(9)
    let noise = (0..<4096).map { _ in UInt8.random(in: 0...255, using: &random) }
    let pixels = (0..<count * size * size).map { noise[($0 * 31 + $0 / 4096) % 4096] }
    try NPYArray(shape: [count, size, size, 1], uint8s: pixels).write(to: folder["arrays/x.npy"])
    try NPYArray(shape: [count], int32s: (0..<count).map { Int32($0 % 3) }).write(to: folder["arrays/y.npy"])
    try folder.write(
      """
      epochs: 2
      batch: 11
      data: {source: numpy, train: arrays, validationShare: 0.2}
      model:
        layers:
          - average-pool: {kernel: 10}
          - flatten
          - linear: {outputs: 3}

      """, to: "arrays.yaml")
  }

  /// 69 sequences of up to 6 steps: two batches of 32 and one of 5, which leaves three of eight shards empty.
  private static func writeSequences(_ folder: Folder) throws {
    let (count, steps, features) = (69, 6, 3)
    var random = TestRandom(5)
    try NPZArchive.write(
      [
        ("x", NPYArray(shape: [count, steps, features], floats: random.floats(count * steps * features))),
        ("y", NPYArray(shape: [count], int32s: (0..<count).map { _ in Int32.random(in: 0..<3, using: &random) })),
        (
          "lengths",
          NPYArray(shape: [count], int32s: (0..<count).map { _ in Int32.random(in: 1...Int32(steps), using: &random) })
        ), ("weights", NPYArray(shape: [count], floats: random.floats(count).map(abs))),
      ], to: folder["sequences.npz"])
    try folder.write(
      """
      epochs: 4
      data: {source: numpy, train: sequences.npz, test: sequences.npz, shuffle: true}
      model:
        layers:
          - conv1d: {outputs: 4, kernel: 2, stride: 2, padding: 1}
          - batch-norm: {statistics: shard}
          - lstm: {hiddenSize: 5, output: all}
          - batch-norm
          - rnn: {hiddenSize: 6}
          - linear: {outputs: 3}

      """, to: "sequences.yaml")
  }
}
