import Formats
import Foundation
import Layers
import Tensors

/// A trained model, and what those who use it elsewhere need to know of it.
public struct ExportedModel {
  /// The network with its weights.
  public let model: Model
  /// What it is called: the recipe's name.
  public let name: String
  /// How its outputs read.
  public let meaning: OutputMeaning
  /// The recipe that it was trained by, as YAML with every key.
  public var recipe = ""
  /// The classes' names in the order of the outputs; none where outputs are numbers.
  public var classNames: [String] = []
  /// The characters of text inputs in the order of their features; nil where inputs are no text.
  public var alphabet: String?
  /// Whether samples have lengths of their own, which layers that look at several steps have to be told.
  public var hasLengths = false
  /// What is taken off each channel of the inputs, and what that is divided by; nil where inputs are taken as they are.
  public var normalization: (mean: [Double], deviation: [Double])?

  /// A model by its name, with nothing else known.
  public init(_ model: Model, name: String, meaning: OutputMeaning) {
    self.model = model
    self.name = name
    self.meaning = meaning
  }

  /// Whether the inputs are indices of a table of vectors, one a sample or a step, and no features.
  var takesIndices: Bool {
    var layers = model.layers
    while let inner = (layers.first as? Sequential)?.parts.first?.layers { layers = inner }
    return layers.first is Embedding
  }

  /// Whether layers have to be told how many steps of each sample are there.
  var needsLengths: Bool {
    hasLengths && model.inputShape.isSequence
      && model.layers.hold { layer in
        if case .window = layer.lengthRule { return layer.outputShape.isSequence }
        return layer is RecurrentLayer || layer is GlobalAveragePool || layer is BatchNorm
      }
  }

  /// What exported files say of the model, by key; lists are JSON.
  public var metadata: [String: String] {
    var metadata = ["name": name, "recipe": recipe, "inputShape": JSON.text(model.inputShape.extents)]
    if !classNames.isEmpty { metadata["classes"] = JSON.text(classNames) }
    if let alphabet { metadata["alphabet"] = alphabet }
    if let normalization {
      metadata["mean"] = JSON.text(normalization.mean)
      metadata["std"] = JSON.text(normalization.deviation)
    }
    return metadata
  }
}

extension [any Layer] {
  /// Whether one of these layers, or of those within them, is such a one.
  func hold(where isMeant: (any Layer) -> Bool) -> Bool {
    nested.contains { isMeant($0.layer) }
  }
}

/// JSON, which for strings and numbers is Python, too.
enum JSON {
  /// On one line.
  static func text(_ value: some Encodable) -> String {
    let encoder = JSONEncoder.withSpecialNumbers([.sortedKeys, .withoutEscapingSlashes])
    // Strings and finite numbers can always be written.
    guard let data = try? encoder.encode(value) else { return "" }
    return String(decoding: data, as: UTF8.self)
  }

  /// A list as Python code is usually laid out: on one line if it is short.
  static func pythonList(_ values: [some Encodable & Sendable]) -> String {
    let items = values.map { text($0) }
    let short = items.joined(separator: ", ")
    guard short.count > 100 else { return "[\(short)]" }
    var lines = [""]
    for item in items {
      if lines[lines.count - 1].count + item.count > 110 { lines.append("") }
      lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "    " : " ") + item + ","
    }
    return "[\n\(lines.joined(separator: "\n"))\n]"
  }
}
