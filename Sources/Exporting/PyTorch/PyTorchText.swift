/// The definitions that a Python file may need.
enum PyTorchText {
  /// Names that the class must not have, because they mean something else in Python or in the file.
  static let taken: Set<String> = [
    "None", "True", "False", "Path", "F", "WEIGHTS", "CLASSES", "ALPHABET", "MEAN", "STD",
  ]
}
