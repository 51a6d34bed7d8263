import Diagnostics

/// A layer of an imported recipe: its entry's name and keys, and its tensors.
struct ImportedLayer {
  /// The value of a key.
  enum Setting {
    case int(Int)
    case ints([Int])
    case number(Float)
    case word(String)
    case flag(Bool)
  }

  /// A parameter or buffer under PyTorch's name.
  struct Tensor {
    /// The name within the layer, such as `weight`.
    let name: String
    let shape: [Int]
    var values: [Float]
  }

  /// The entry's name, such as `conv2d`.
  var kind: String
  /// Keys and values in order.
  var settings: [(key: String, value: Setting)] = []
  /// What the tensors' names begin with; nil for layers without tensors.
  var name: String?
  /// Parameters and buffers.
  var tensors: [Tensor] = []
  /// Lists of layers within, by their keys; a path of branches is a list called `paths`.
  var parts: [(key: String, layers: [ImportedLayer])] = []

  init(_ kind: String, _ settings: [(key: String, value: Setting)] = []) {
    self.kind = kind
    self.settings = settings
  }

  /// The values of a tensor; nil if there is none.
  subscript(tensor name: String) -> Tensor? {
    get { tensors.first { $0.name == name } }
    set {
      tensors.removeAll { $0.name == name }
      if let newValue { tensors.append(newValue) }
    }
  }

  /// The value of a key; nil if it is not set.
  subscript(key key: String) -> Setting? {
    get { settings.first { $0.key == key }?.value }
    set {
      let place = settings.firstIndex { $0.key == key }
      if let place { settings.remove(at: place) }
      if let newValue { settings.insert((key, newValue), at: place ?? settings.endIndex) }
    }
  }
}

extension ImportedLayer.Setting {
  /// One number for one axis or equal ones, else a list.
  static func extent(_ sizes: [Int]) -> Self {
    sizes.allSatisfy { $0 == sizes[0] } ? .int(sizes[0]) : .ints(sizes)
  }

  /// The value in YAML.
  var text: String {
    switch self {
    case .int(let value): "\(value)"
    case .ints(let values): "[\(values.map(String.init).joined(separator: ", "))]"
    case .number(let value): "\(value)"
    case .word(let word): word
    case .flag(let flag): "\(flag)"
    }
  }
}

extension [ImportedLayer] {
  /// These layers as lines of YAML, a list's items.
  func yaml(indent: Int, isOutermost: Bool = false) -> [String] {
    let margin = String(repeating: " ", count: indent)
    return enumerated().flatMap { index, layer -> [String] in
      // At the top a number is the name that the layer has anyway.
      let name = isOutermost && layer.name == "\(index)" ? nil : layer.name
      let settings = (name.map { [("name", "\"\($0)\"")] } ?? []) + layer.settings.map { ($0.key, $0.value.text) }
      guard !layer.parts.isEmpty else {
        let text = settings.map { "\($0.0): \($0.1)" }.joined(separator: ", ")
        return ["\(margin)- \(layer.kind)" + (settings.isEmpty ? "" : ": {\(text)}")]
      }
      // The layers within have their whole names.
      var lines = ["\(margin)- \(layer.kind):", "\(margin)    name: \"\""]
      lines += settings.map { "\(margin)    \($0.0): \($0.1)" }
      var isFirstPath = true
      for part in layer.parts {
        let isPath = part.key == "paths"
        if !isPath || isFirstPath { lines.append("\(margin)    \(part.key):") }
        let inner = part.layers.yaml(indent: indent + (isPath ? 8 : 6))
        if isPath {
          isFirstPath = false
          lines += inner.isEmpty ? ["\(margin)      - []"] : ["\(margin)      - " + inner[0].dropFirst(indent + 8)]
          lines += inner.dropFirst()
        } else {
          lines += inner
        }
      }
      return lines
    }
  }

  /// The tensors of all layers under their full names.
  var tensors: [(name: String, shape: [Int], values: [Float])] {
    flatMap { layer in
      layer.tensors.map { ("\(layer.name ?? "").\($0.name)", $0.shape, $0.values) }
        + layer.parts.flatMap { $0.layers.tensors }
    }
  }
}
