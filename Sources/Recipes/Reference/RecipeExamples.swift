/// An example of each variant as a recipe writes it, for the reference.
enum RecipeExamples {
  /// The example of the variant of that name; `noun` says of what.
  static func example(of name: String, noun: String) -> String? {
    switch noun {
    case "layer", "transform":
      if let settings = (noun == "layer" ? layers : transforms)[name] {
        "- \(name): {\(settings)}"
      } else {
        "- \(name)"
      }
    case "data source": dataSources[name].map { "data: {source: \(name), \($0)}" }
    case "loss": losses[name].map { "loss: {name: \(name), \($0)}" } ?? "loss: \(name)"
    case "optimizer": optimizers[name].map { "optimizer: {name: \(name), \($0)}" }
    case "schedule": schedules[name].map { "schedule: {name: \(name), \($0)}" }
    case "initialization":
      initializations[name].map { "initialization: {name: \(name), \($0)}" } ?? "initialization: \(name)"
    default: nil
    }
  }

  private static let layers = [
    "lstm": "hiddenSize: 12, output: last",
    "rnn": "hiddenSize: 4, nonlinearity: relu",
    "gru": "hiddenSize: 64, output: all, layers: 2, dropout: 0.2",
    "gated": "hiddenSize: 32, bias: false",
    "linear": "outputs: 10",
    "conv1d": "outputs: 16, kernel: 5, stride: 2",
    "conv2d": "outputs: 32, kernel: [3, 5], padding: [1, 2], initialization: {name: kaiming-normal, fan: fan-out}",
    "max-pool": "kernel: 3, stride: 2, padding: 1",
    "average-pool": "kernel: 2",
    "batch-norm": "momentum: 0.1, statistics: batch",
    "residual": "body: [{conv2d: {outputs: 32, kernel: 3, padding: 1}}, batch-norm], shortcut: none",
    "sequential": "layers: [{linear: {outputs: 64}}, relu]",
    "leaky-relu": "negativeSlope: 0.1",
    "gelu": "approximate: tanh",
    "dropout": "probability: 0.2",
    "layer-norm": "epsilon: 1.0e-6",
    "embedding": "count: 60, dimension: 16, paddingIndex: 0",
  ]

  private static let transforms = [
    "resize": "size: [112, 112]",
    "center-crop": "size: 224",
    "random-crop": "size: 32, padding: 4",
    "random-resized-crop": "size: 224, scale: [0.3, 1]",
    "random-horizontal-flip": "probability: 0.5",
    "random-rotation": "degrees: 20, interpolation: bilinear",
    "color-jitter": "contrast: 0.1, saturation: 0.1, hue: 0.1",
    "gaussian-blur": "kernelSize: 7, sigma: [0.1, 1.0]",
    "normalize": "mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]",
  ]

  private static let dataSources = [
    "temporal-order": "level: moderate, epochSize: 992",
    "echo": "delay: 0-8, length: 20, testLengths: 15-25",
    "echo-binary": "delay: 3, chunk: 10",
    "numpy": "train: train.npz, test: test.npz",
    "idx": "folder: data/mnist, mean: 0.1307, std: 0.3081, validationShare: 0.1",
    "csv": "train: table.csv, label: species, ignore: [id], testShare: 0.2",
    "text-lines": "folder: data/names, validationShare: 0.1, testShare: 0.1",
    "image-folder": "folder: data/photographs, validation: validation, transforms: [resize: {size: [112, 112]}]",
  ]

  private static let losses = [
    "cross-entropy": "labelSmoothing: 0.1, classWeights: [1, 4]",
    "huber": "delta: 0.5",
    "smooth-l1": "beta: 0.5",
  ]

  private static let optimizers = [
    "rmsprop": "learningRate: 0.001, alpha: 0.99, clipNorm: 1",
    "sgd": "learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1.0e-4",
    "adam": "learningRate: 0.003, beta2: 0.99",
    "adamw": "learningRate: 0.003, weightDecay: 0.05",
    "lars": "learningRate: 1, momentum: 0.9, weightDecay: 1.0e-4",
    "lamb": "learningRate: 0.01, weightDecay: 0.01",
  ]

  private static let schedules = [
    "constant": "warmup: 500 steps",
    "step": "stepSize: 30 epochs, gamma: 0.1",
    "cosine": "minimum: 1.0e-5, warmup: 2 epochs",
    "one-cycle": "rise: 0.3",
    "polynomial": "power: 2, warmup: 1 epoch, scaleWithBatch: 256",
    "plateau": "factor: 0.5, patience: 5",
  ]

  private static let initializations = [
    "uniform": "bound: 0.05",
    "normal": "deviation: 0.02",
    "constant": "value: 0.1",
    "xavier-uniform": "gain: 1.6667",
    "kaiming-normal": "fan: fan-out",
    "orthogonal": "gain: 1.4142",
  ]
}
