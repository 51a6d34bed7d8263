import Diagnostics

extension RecipeSection {
  /// Checks that a list of classes names each once.
  /// - Throws: `Failure` (configuration) naming the one that comes again.
  func checkClasses(_ names: [String]?, key: String) throws {
    var places: [String: Int] = [:]
    for (place, name) in (names ?? []).enumerated() {
      guard let first = places.updateValue(place, forKey: name) else { continue }
      throw conflict(
        of: [key], "\(path(of: key)) has the class \"\(name)\" twice, for the indices \(first) and \(place)",
        advice: "each class has a name of its own")
    }
  }
}

extension Recipe {
  /// Checks that a table's keys `label` and `targets` fit the loss.
  /// - Throws: `Failure` (configuration) naming the loss and the key.
  func checkTargetKeys(label: String?, targets: [String]?) throws {
    let kind = loss.targetKind
    guard kind == .classes ? targets == nil : label == nil else {
      throw Failure(
        .configuration,
        "loss \(loss.kind) compares with \(kind == .classes ? "classes, but data.targets names numbers" : "numbers, but data.label names a class")",
        advice: kind == .classes
          ? "to learn numbers, write loss: mse; to learn classes, data.label in place of data.targets"
          : "to learn classes, write loss: cross-entropy; to learn numbers, data.targets in place of data.label")
    }
  }
}
