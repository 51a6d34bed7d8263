/// Names that other programs give what recipes have, for advice on unknown keys.
enum FamiliarKeys {
  private static let names = [
    "lr": "learningRate", "rate": "learningRate", "batchsize": "batch", "minibatch": "batch", "numepochs": "epochs",
    "maxepochs": "epochs", "nepochs": "epochs", "maxsteps": "steps", "iterations": "steps", "l2": "weightDecay",
    "wd": "weightDecay", "hidden": "hiddenSize", "units": "hiddenSize", "numlayers": "layers", "outfeatures": "outputs",
    "outchannels": "outputs", "filters": "outputs", "kernelsize": "kernel", "p": "probability", "eps": "epsilon",
    "gradclip": "clipNorm", "clip": "clipNorm", "maxnorm": "clipNorm", "scheduler": "schedule", "criterion": "loss",
    "dataset": "data", "randomseed": "seed", "accumulation": "accumulate", "gradaccumulation": "accumulate",
    "numembeddings": "count", "embeddingdim": "dimension",
  ]

  /// The name that recipes give what is called `name` elsewhere, or its words as recipes write them: `weight_decay` is
  /// `weightDecay`.
  static func ours(for name: String) -> String {
    let words = name.split { "_- ".contains($0) }
    let joined = words.dropFirst().reduce(words.first.map(String.init) ?? name) {
      $0 + $1.prefix(1).uppercased() + $1.dropFirst()
    }
    return names[joined.lowercased()] ?? joined
  }
}
