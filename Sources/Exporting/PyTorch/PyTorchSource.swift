import Layers

/// A Python file with a network as a PyTorch module, while layers say what they need.
public final class PyTorchSource {
  /// Whether the network may be told lengths: recurrent layers are among its own, or its data has lengths.
  let takesLengths: Bool
  /// Whether the network's inputs are indices.
  let takesIndices: Bool
  private(set) var pieces: Set<PyTorchPiece> = []
  private var ownDefinitions: [String] = []
  /// Layers of PyTorch that take their axes in another order here.
  private var wrapped: [PyTorchPiece: Set<String>] = [:]

  init(for exported: ExportedModel) {
    takesLengths = exported.needsLengths || exported.model.layers.hold { $0 is RecurrentLayer }
    takesIndices = exported.takesIndices
    if takesLengths { use(.sequential) }
  }

  /// Says that a class or function is needed.
  func use(_ piece: PyTorchPiece) { pieces.insert(piece) }

  /// Says that a class or function is needed that is not among those known here: its definition, given once or often.
  public func define(_ definition: String) {
    if !ownDefinitions.contains(definition) { ownDefinitions.append(definition) }
  }

  /// A layer of PyTorch, `nn.TYPE`, whose features come first, as a class for sequences, where they come last.
  func overSteps(_ type: String) -> String { wrap(type, .overSteps) }

  /// A layer of PyTorch, `nn.TYPE`, whose features come last, as a class for images, where they come first.
  func overPixels(_ type: String) -> String { wrap(type, .overPixels) }

  /// A recurrent layer of PyTorch, `nn.TYPE`, as a class that gives its outputs alone.
  func recurrent(_ type: String) -> String { wrap(type, .recurrent) }

  private func wrap(_ type: String, _ piece: PyTorchPiece) -> String {
    use(piece)
    wrapped[piece, default: []].insert(type)
    return type
  }

  /// The class of layers one after the other.
  var sequential: String { takesLengths ? "Sequential" : "nn.Sequential" }

  /// Layers one to a line, indented; `prefix` stands before their numbers.
  /// - Throws: `Failure` (configuration) naming a layer that PyTorch cannot express.
  func list(_ layers: [any Layer], named prefix: String) throws -> String {
    let outer = place
    defer { place = outer }
    return PyTorchSource.indented(
      try layers.enumerated().map { index, layer in
        place = "\(prefix)\(index)"
        return try layer.exportable(as: "PyTorch", name: place).pyTorchExpression(in: self) + ",\n"
      }.joined())
  }

  /// The layers of a part of the current layer.
  /// - Throws: as above.
  func list(_ part: (name: String, layers: [any Layer])) throws -> String {
    try list(part.layers, named: place + (part.name.isEmpty ? "." : ".\(part.name)."))
  }

  private var place = ""

  /// Lines, each four blanks further to the right.
  static func indented(_ lines: String) -> String {
    lines.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "    \($0)" }
      .joined(separator: "\n")
  }

  /// The definitions of all that is used.
  var definitions: [String] {
    PyTorchPiece.allCases.filter(pieces.contains).flatMap { piece in
      [piece.text(takesLengths: takesLengths)]
        + (wrapped[piece] ?? []).sorted().map { type in
          "class \(type)(\(piece.className), nn.\(type)):\n    \"\"\"nn.\(type), \(piece.text).\"\"\"\n"
        }
    } + ownDefinitions
  }

  /// What is imported besides torch.
  var imports: [String] {
    var lines = ["from pathlib import Path\n", "import torch"]
    if pieces.contains(.gated) { lines.append("import torch.nn.functional as F") }
    lines += ["from safetensors.torch import load_file", "from torch import nn"]
    if pieces.contains(.recurrent) {
      lines.append("from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence")
    }
    return lines
  }
}
