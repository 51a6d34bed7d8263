// `import DPTrain` gives a program all it needs to define its own layers, data or recipe entries and train them.
@_exported import Collectives
@_exported import Datasets
@_exported import Diagnostics
@_exported import Exporting
@_exported import Images
@_exported import Layers
@_exported import Optimizers
@_exported import Recipes
@_exported import Tensors
@_exported import Training

/// This version of dp-train.
public let dpTrainVersion = "0.1.0"
