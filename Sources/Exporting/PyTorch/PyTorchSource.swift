import Diagnostics
import Layers

/// A Python file with a network as a PyTorch module; layers register the definitions that they need.
public final class PyTorchSource {
  /// Whether the network may be given lengths: it has recurrent layers, or its data has lengths.
  let takesLengths: Bool
  /// Whether some layers have names of their own.
  let hasNames: Bool
  /// Whether the network's inputs are indices.
  let takesIndices: Bool
  private(set) var pieces: Set<PyTorchPiece> = []
  private var ownDefinitions: [String] = []
  /// Names of PyTorch layers whose axes are adapted, by the class that adapts them.
  private var wrapped: [PyTorchPiece: Set<String>] = [:]

  init(for exported: ExportedModel) {
    takesLengths = exported.needsLengths || exported.model.layers.hold { $0 is RecurrentLayer }
    takesIndices = exported.takesIndices
    hasNames = exported.model.list.hasNames
    if hasNames { use(.adopting) }
    if takesLengths || hasNames { use(.sequential) }
  }

  /// Registers a class or function.
  func use(_ piece: PyTorchPiece) { pieces.insert(piece) }

  /// Registers a class or function by its definition; repetitions have no effect.
  public func define(_ definition: String) {
    if !ownDefinitions.contains(definition) { ownDefinitions.append(definition) }
  }

  /// The class that adapts PyTorch's `nn.TYPE`, which has features first, to sequences with features last.
  func overSteps(_ type: String) -> String { wrap(type, .overSteps) }

  /// The class that adapts PyTorch's `nn.TYPE`, which has features last, to images with features first.
  func overPixels(_ type: String) -> String { wrap(type, .overPixels) }

  /// The class that adapts PyTorch's recurrent `nn.TYPE` to return only its outputs.
  func recurrent(_ type: String) -> String { wrap(type, .recurrent) }

  private func wrap(_ type: String, _ piece: PyTorchPiece) -> String {
    use(piece)
    wrapped[piece, default: []].insert(type)
    return type
  }

  /// The class for layers one after the other.
  var sequential: String { takesLengths || hasNames ? "Sequential" : "nn.Sequential" }

  /// The expressions of a list of layers, one per line, indented: the model's, or one of `Layer.parts` of the current layer. Layers
  /// with names of their own are pairs with these.
  /// - Throws: `Failure` (configuration) naming a layer that PyTorch cannot express.
  func list(_ list: LayerPart) throws -> String {
    let outer = place
    depth += 1
    defer {
      place = outer
      depth -= 1
    }
    return PyTorchSource.indented(
      try list.layers.enumerated().map { index, layer in
        place = list.place(of: index, in: outer)
        try checkName(of: layer)
        let whole = try layer.exportable(as: "PyTorch", name: place).pyTorchExpression(in: self)
        let expression = layer.parts.isEmpty ? whole : shortened(whole)
        return (list.ownNames[index].map { "(\"\($0)\", \(expression))" } ?? expression) + ",\n"
      }.joined())
  }

  private var place = ""
  /// How many lists the current one is in, itself included.
  private var depth = 0
  /// How many lists an expression may hold within each other. Python reads no more than 200 brackets.
  private static let deepest = 8
  /// Assignments of layers to variables, which the expressions behind them use.
  private(set) var assignments: [String] = []

  /// The expression of a layer with layers within, or the name of a variable if it lies deep within others.
  private func shortened(_ expression: String) -> String {
    guard depth.isMultiple(of: PyTorchSource.deepest) else { return expression }
    let name = "inner_\(assignments.count)"
    assignments.append("\(name) = \(expression)\n")
    return name
  }

  /// Checks that a module can have a child of the current layer's name.
  private func checkName(of layer: any Layer) throws {
    // `eval()` and `train()` set this attribute of each module.
    guard place.split(separator: ".").contains("training") else { return }
    throw Failure(
      .configuration,
      "layer \(place) (\(layer.kind)) cannot be exported as PyTorch: each of its modules has an attribute training",
      advice: "give the layer another name, or export to onnx or safetensors")
  }

  /// The lines, indented by four blanks.
  static func indented(_ lines: String) -> String {
    lines.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "    \($0)" }
      .joined(separator: "\n")
  }

  /// The definitions that are needed.
  var definitions: [String] {
    PyTorchPiece.allCases.filter(pieces.contains).flatMap { piece in
      [piece.text(takesLengths: takesLengths, hasNames: hasNames)]
        + (wrapped[piece] ?? []).sorted().map { type in
          "class \(type)(\(piece.className), nn.\(type)):\n    \"\"\"nn.\(type), \(piece.text).\"\"\"\n"
        }
    } + ownDefinitions
  }

  /// The imports that are needed.
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
