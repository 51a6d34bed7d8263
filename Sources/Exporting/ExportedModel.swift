import Formats
import Foundation
import Layers
import Tensors

/// A trained model, with everything that its users need to know.
public struct ExportedModel {
  /// The network with its weights.
  public let model: Model
  /// The recipe's name.
  public let name: String
  /// The meaning of the outputs.
  public let meaning: OutputMeaning
  /// The recipe of the training, as YAML with every key.
  public var recipe = ""
  /// The classes' names in the order of the outputs; empty if outputs are numbers.
  public var classNames: [String] = []
  /// The characters of text inputs in the order of their features; nil if inputs are not text.
  public var alphabet: String?
  /// Whether samples differ in length.
  public var hasLengths = false
  /// The mean that users subtract from each channel or feature, and the deviation that divides it, or one of each for all; nil
  /// if inputs are used as they are.
  public var normalization: (mean: [Double], deviation: [Double])?
  /// How the network standardizes inputs; nil if it uses them as they are.
  package var standardization: InputStandardization?

  /// A model with a name, and defaults for everything else.
  public init(_ model: Model, name: String, meaning: OutputMeaning) {
    self.model = model
    self.name = name
    self.meaning = meaning
  }

  /// Whether the inputs are indices for an embedding, one per sample or step, not features.
  var takesIndices: Bool {
    var layers = model.layers
    while let inner = (layers.first as? Sequential)?.parts.first?.layers { layers = inner }
    return layers.first is Embedding
  }

  /// Whether some layers, or the standardization, need the number of valid steps of each sample.
  var needsLengths: Bool {
    guard hasLengths && model.inputShape.isSequence else { return false }
    if case .sample = standardization { return true }
    return model.layers.hold { layer in
      if case .window = layer.lengthRule { return layer.outputShape.isSequence }
      return layer is RecurrentLayer || layer is GlobalAveragePool || layer is GlobalMaxPool
        || layer is AttentionPool || layer is Reverse || layer is BatchNorm || layer is GroupNorm
    }
  }

  /// Facts about the model for the exported files, by key; lists are JSON.
  public var metadata: [String: String] {
    var metadata = ["name": name, "recipe": recipe, "inputShape": JSON.text(model.inputShape.extents)]
    if !classNames.isEmpty { metadata["classes"] = JSON.text(classNames) }
    if let alphabet { metadata["alphabet"] = alphabet }
    if let normalization {
      metadata["mean"] = JSON.text(normalization.mean)
      metadata["std"] = JSON.text(normalization.deviation)
    }
    if let scales = standardization?.scales {
      metadata["channelMeans"] = JSON.text(scales.means)
      metadata["channelDeviations"] = JSON.text(scales.deviations)
    }
    return metadata
  }
}

extension [any Layer] {
  /// Whether `isMeant` is true of one of these layers, nested ones included.
  func hold(where isMeant: (any Layer) -> Bool) -> Bool {
    nested.contains(where: isMeant)
  }
}

/// JSON texts; for strings and numbers they are valid Python, too.
enum JSON {
  /// A value as JSON on one line.
  static func text(_ value: some Encodable) -> String {
    let encoder = JSONEncoder.withSpecialNumbers([.sortedKeys, .withoutEscapingSlashes])
    // The encoder cannot fail on strings and finite numbers.
    guard let data = try? encoder.encode(value) else { return "" }
    return String(decoding: data, as: UTF8.self)
  }

  /// A list in Python's usual layout: on one line if it is short.
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
