import Foundation

/// Names of modules, as `name` of layers takes them: words with dots between them.
enum ModuleName {
  private static let suffixes = [
    "weight", "bias", "running_mean", "running_var", "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0",
  ]

  /// The module of a tensor with PyTorch's name, such as `layer1.0.conv1` of `layer1.0.conv1.weight`; nil for others.
  static func ofTensor(_ tensor: String) -> String? {
    var name = tensor[...]
    for ending in [".onnx", ".T", "_reverse"] where name.hasSuffix(ending) { name = name.dropLast(ending.count) }
    guard let dot = name.lastIndex(of: ".") else { return nil }
    var last = String(name[name.index(after: dot)...])
    if let level = last.range(of: "_l[0-9]+$", options: .regularExpression) { last = last[..<level.lowerBound] + "_l0" }
    let module = String(name[..<dot])
    return suffixes.contains(last) && isValid(module) ? module : nil
  }

  /// The level of a recurrent layer's tensor with PyTorch's name, such as 1 of `lstm.weight_ih_l1`; nil for others.
  static func level(ofTensor tensor: String) -> Int? {
    guard let range = tensor.range(of: "_l[0-9]{1,3}(_reverse)?([.]onnx)?$", options: .regularExpression) else {
      return nil
    }
    return Int(tensor[range].dropFirst(2).prefix { $0.isNumber })
  }

  /// The module of a node: that of PyTorch's scopes, such as `layer1.0.conv1` of `/layer1/layer1.0/conv1/Conv`; any
  /// other name as a word; nil for no name.
  static func ofNode(_ node: String) -> String? {
    node.isEmpty ? nil : ofScopes(node) ?? word(node)
  }

  /// The module of a node whose name has PyTorch's scopes; nil for others.
  static func ofScopes(_ node: String) -> String? {
    guard node.hasPrefix("/") else { return nil }
    let scopes = node.split(separator: "/").dropLast()
    let own = zip(scopes, scopes.dropFirst() + [""]).filter { !$1.hasPrefix($0 + ".") }.map(\.0)
    let module = own.joined(separator: ".")
    return isValid(module) ? module : nil
  }

  /// A name made of a tensor's, such as `conv1` of `conv1_w_0`; nil for numbered ones.
  static func ofOtherTensor(_ tensor: String) -> String? {
    guard !tensor.contains("::"),
      let ending = tensor.range(
        of: #"[_/.](w|b|W|B|weights?|kernel|gamma|scale)(_[0-9]+)?$"#, options: .regularExpression)
    else { return nil }
    return word(String(tensor[..<ending.lowerBound]))
  }

  /// A text as one word.
  static func word(_ text: String) -> String {
    let words = text.unicodeScalars.split { !isPartOfWord($0) }.map(String.init)
    let word = String(words.joined(separator: "_").prefix(100))
    return word.isEmpty ? "layer" : word
  }

  private static func isValid(_ name: String) -> Bool {
    // As many levels as a recipe may have.
    name.utf8.count <= 1000
      && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
        !$0.isEmpty && $0.unicodeScalars.allSatisfy(isPartOfWord)
      }
  }

  private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar) || scalar == "_"
  }
}
