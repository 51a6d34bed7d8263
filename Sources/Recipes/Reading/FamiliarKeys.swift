import Diagnostics

/// Other programs' names for keys and entries, for advice on unknown ones.
enum FamiliarKeys {
  private static let keys = [
    "lr": "learningRate", "rate": "learningRate", "batchsize": "batch", "minibatch": "batch", "numepochs": "epochs",
    "maxepochs": "epochs", "nepochs": "epochs", "maxsteps": "steps", "iterations": "steps", "l2": "weightDecay",
    "wd": "weightDecay", "hidden": "hiddenSize", "units": "hiddenSize outputs", "numlayers": "layers",
    "outfeatures": "outputs",
    "outchannels": "outputs", "filters": "outputs", "kernelsize": "kernel", "p": "probability", "eps": "epsilon",
    "gradclip": "clipNorm", "clip": "clipNorm", "maxnorm": "clipNorm", "scheduler": "schedule", "criterion": "loss",
    "dataset": "data", "randomseed": "seed", "accumulation": "accumulate", "gradaccumulation": "accumulate",
    "numembeddings": "count", "embeddingdim": "dimension", "pretrained": "weights", "checkpoint": "weights",
    "load": "weights", "loadfrom": "weights", "initfrom": "weights", "statedict": "weights", "path": "file",
    "exclude": "except", "skip": "except", "ignore": "except", "ignoredkeys": "except",
    "numparameters": "parameters", "slope": "negativeSlope",
    "scalefactor": "scale", "outputsize": "size",
    "t0": "period", "tmult": "multiplier", "tmul": "multiplier", "firstdecaysteps": "period", "etamin": "minimum",
    "tmax": "length", "minlr": "minimum",
    "normweightdecay": "normDecay", "biasweightdecay": "biasDecay", "modelemasteps": "every", "modelemadecay": "decay",
    "modelema": "ema", "lrwarmupepochs": "warmup", "lrwarmupdecay": "warmupStart", "lrwarmupmethod": "warmupMethod",
    "warmupepochs": "warmup", "warmupsteps": "warmup", "clipgradnorm": "clipNorm", "gradientclipval": "clipNorm",
    "lrscheduler": "schedule", "lrstepsize": "stepSize", "lrgamma": "gamma", "lrmin": "minimum", "lrpower": "power",
    "earlystopping": "stop", "earlystop": "stop", "mindelta": "minimum",
    "restorebestweights": "restoreBest", "loadbestmodelatend": "restoreBest",
    "mode": "direction", "monitormetric": "monitor", "metricforbestmodel": "monitor",
    "earlystoppingpatience": "patience", "earlystoppingthreshold": "minimum",
    "sampler": "sampling", "weightedrandomsampler": "sampling", "oversample": "sampling", "oversampling": "sampling",
    "numsamples": "epochSamples", "replacement": "sampling", "nsplits": "folds", "nfolds": "folds", "numfolds": "folds",
    "kfold": "folds", "kfolds": "folds", "cv": "folds", "crossvalidation": "folds", "groups": "groups splitBy",
    "groupby": "splitBy", "groupcolumn": "splitBy", "groupkfold": "splitBy", "stratifiedgroupkfold": "splitBy",
    "sampleweight": "weight", "sampleweights": "weight", "weightcolumn": "weight",
    "valsplit": "validationShare", "validationsplit": "validationShare", "valsize": "validationShare",
    "testsize": "testShare", "testsplit": "testShare",
    "mixup": "mix", "mixupalpha": "mixup mix", "cutmix": "mix", "cutmixalpha": "cutmix mix",
    "posweight": "positiveWeights", "positiveweight": "positiveWeights", "classweight": "classWeights",
    "focalgamma": "gamma", "focalalpha": "alpha",
    "numgroups": "groups", "dropprob": "probability", "droprate": "probability",
  ]

  private static let kinds = [
    "auc": "roc-auc", "auroc": "roc-auc", "rocaucscore": "roc-auc", "ap": "average-precision",
    "averageprecisionscore": "average-precision", "prauc": "average-precision", "mcc": "matthews",
    "matthewscorrcoef": "matthews", "cohenkappa": "kappa", "ece": "calibration-error", "acc": "accuracy",
    "f1score": "f1 macro-f1 micro-f1", "f1": "macro-f1 micro-f1", "exactmatch": "subset-accuracy",
    "rootmeansquarederror": "rmse", "r2score": "r2", "top5accuracy": "top-5", "acc5": "top-5",
    "l2": "mse", "l2loss": "mse", "mseloss": "mse", "squared": "mse", "meansquarederror": "mse", "mae": "l1",
    "l1loss": "l1", "meanabsoluteerror": "l1 mae", "huberloss": "huber", "smoothl1loss": "smooth-l1",
    "bce": "binary-cross-entropy", "bceloss": "binary-cross-entropy", "bcewithlogits": "binary-cross-entropy",
    "bcewithlogitsloss": "binary-cross-entropy", "ce": "cross-entropy", "crossentropyloss": "cross-entropy",
    "nll": "cross-entropy", "focalloss": "focal", "categoricalfocalcrossentropy": "focal",
    "sigmoidfocalloss": "binary-focal", "sigmoidfocal": "binary-focal", "binaryfocalcrossentropy": "binary-focal",
    "categoricalcrossentropy": "cross-entropy", "dense": "linear", "fc": "linear",
    "conv": "conv2d conv1d", "convolution": "conv2d conv1d", "maxpool1d": "max-pool", "maxpool2d": "max-pool",
    "avgpool": "average-pool", "avgpool1d": "average-pool", "avgpool2d": "average-pool",
    "adaptiveavgpool": "global-average-pool adaptive-average-pool",
    "adaptiveavgpool2d": "global-average-pool adaptive-average-pool",
    "globalavgpool": "global-average-pool", "gap": "global-average-pool", "adaptivemaxpool1d": "global-max-pool",
    "adaptivemaxpool2d": "global-max-pool", "gmp": "global-max-pool", "attention": "attention-pool",
    "attentionpooling": "attention-pool", "flip": "reverse", "bn": "batch-norm",
    "batchnorm1d": "batch-norm", "batchnorm2d": "batch-norm", "ln": "layer-norm", "elman": "rnn",
    "cosineannealing": "cosine", "cosineannealinglr": "cosine",
    "cosineannealingwarmrestarts": "cosine-restarts", "sgdr": "cosine-restarts", "warmrestarts": "cosine-restarts",
    "cosinedecayrestarts": "cosine-restarts", "onecyclelr": "one-cycle", "steplr": "step",
    "linear": "polynomial", "reducelronplateau": "plateau", "randomflip": "random-horizontal-flip",
    "hflip": "random-horizontal-flip", "jittering": "jitter", "gaussiannoise": "jitter", "timemask": "time-masking",
    "vflip": "random-vertical-flip", "affine": "random-affine",
    "perspective": "random-perspective", "erasing": "random-erasing", "cutout": "random-erasing",
    "grayscale": "random-grayscale", "invert": "random-invert", "trivialaugment": "trivial-augment-wide",
    "tawide": "trivial-augment-wide", "randaug": "rand-augment", "ra": "rand-augment", "autoaug": "auto-augment",
    "imagefolder": "image-folder", "images": "image-folder", "cifar10": "cifar",
    "cifar100": "cifar", "mnist": "idx", "npz": "numpy", "npy": "numpy", "h5": "hdf5", "h5py": "hdf5",
    "text": "text-lines", "table": "csv", "ucr": "ts", "uea": "ts", "timeseries": "ts",
    "sequences": "csv-sequences numpy", "swish": "silu", "hardsilu": "hardswish", "parametricrelu": "prelu",
    "exponentiallinearunit": "elu",
    "adaptiveavgpool1d": "adaptive-average-pool", "deconv": "conv-transpose2d conv-transpose1d",
    "deconvolution": "conv-transpose2d conv-transpose1d", "convtranspose": "conv-transpose2d conv-transpose1d",
    "conv1dtranspose": "conv-transpose1d", "conv2dtranspose": "conv-transpose2d", "upsampling1d": "upsample",
    "upsampling2d": "upsample", "interpolate": "upsample", "upsamplingnearest2d": "upsample",
    "upsamplingbilinear2d": "upsample",
    "gn": "group-norm", "instancenorm1d": "instance-norm",
    "instancenorm2d": "instance-norm", "lrn": "local-response-norm", "dropout1d": "channel-dropout",
    "dropout2d": "channel-dropout", "spatialdropout": "channel-dropout", "stochasticdepth": "drop-path",
  ]

  /// The key among `valid` that other programs call `name`, or that is spelled differently, such as `weight_decay` for
  /// `weightDecay`.
  static func key(for name: String, among valid: [String]) -> String? {
    let joined = joined(name)
    return ([joined] + words(keys[joined.lowercased()])).first { valid.contains($0) }
  }

  /// Our name for a key of another program: its first meaning.
  static func ours(for name: String) -> String {
    let joined = joined(name)
    return words(keys[joined.lowercased()]).first ?? joined
  }

  /// Advice on a name that is none of `names`: what is probably meant; nil if none is near.
  static func advice(on name: String, among names: [String]) -> String? {
    let usual = kinds(for: name, among: names)
    let meant = usual.isEmpty ? nearestName(to: name, among: names) : usual.joined(separator: " or ")
    return meant.map { "did you mean \($0)?" }
  }

  /// The entries among `valid` that other programs call `name`, or that are spelled differently, such as `BatchNorm`
  /// for `batch-norm`.
  private static func kinds(for name: String, among valid: [String]) -> [String] {
    let joined = joined(name).lowercased()
    let same = valid.filter { $0.replacing("-", with: "").lowercased() == joined }
    return same.isEmpty ? words(kinds[joined]).filter(valid.contains) : same
  }

  private static func joined(_ name: String) -> String {
    let words = name.split { "_- ".contains($0) }
    return words.dropFirst().reduce(words.first.map(String.init) ?? name) {
      $0 + $1.prefix(1).uppercased() + $1.dropFirst()
    }
  }

  private static func words(_ text: String?) -> [String] { text?.split(separator: " ").map(String.init) ?? [] }
}
