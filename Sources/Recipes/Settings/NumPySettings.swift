/// Arrays from NumPy's `.npz` files: `x` (samples first), `y` (labels or numbers, as the loss needs) and, where sequences differ in length,
/// `lengths`.
public struct NumPySettings: Equatable, Sendable {
  /// The file of the training samples, relative to the working folder.
  public var train: String
  /// The file of the test samples; nil for no evaluation.
  public var test: String?
  /// Whether every epoch takes the samples in an order of its own.
  public var shuffle = true

  /// Samples from these files.
  public init(train: String, test: String? = nil) {
    self.train = train
    self.test = test
  }
}

extension NumPySettings: VariantSettings {
  static let name = "numpy"
  static let doc = "arrays from .npz files with the keys x, y and optionally lengths"

  init() { self.init(train: "") }

  static let fields: [Field<NumPySettings>] = [
    Field(
      "train", \.train, .text, required: true, "the training samples, an .npz file with x, y and optionally lengths"),
    Field("test", \.test, .optional(.text), "the test samples, a file of the same kind, or none"),
    Field("shuffle", \.shuffle, .flag, "whether every epoch has an order of its own"),
  ]
}
