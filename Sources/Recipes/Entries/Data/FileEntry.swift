import Datasets

/// A data source with a file for each part of the data.
public protocol FileEntry: SplittableEntry {
  /// The file of the training samples, relative to the working directory.
  var train: String { get set }
  /// The file of the validation samples; nil for none.
  var validation: String? { get set }
  /// The file of the test samples; nil for none.
  var test: String? { get set }
}

extension FileEntry {
  /// The keys of the files; `kind` says what file one is.
  static func fileKeys(_ kind: String) -> [RecipeKey<Self>] {
    [
      RecipeKey("train", \Self.train, .text, required: true, "the training samples, \(kind)"),
      RecipeKey(
        "validation", \Self.validation, .optional(.text), "the validation samples, a file of the same kind, or none"),
      RecipeKey("test", \Self.test, .optional(.text), "the test samples, a file of the same kind, or none"),
    ]
  }

  /// The files.
  public var files: [(path: String, split: Split?)] { parts }

  /// What the recipe names as each part's file.
  var parts: [(path: String, split: Split?)] {
    let measured = [(validation, Split.validation), (test, .test)]
    return [(path: train, split: nil)]
      + measured.compactMap { path, split in path.map { (path: $0, split: split) } }
  }

  /// The file of one part of the data.
  public func path(of split: Split) -> String? { split == .validation ? validation : split == .test ? test : nil }
}
