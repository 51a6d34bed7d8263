import ArgumentParser
import DPTrain
import Recording

/// `dp-train export`.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a run's trained network for PyTorch, ONNX or NumPy.",
    discussion: """
      safetensors    the weights, as PyTorch's load_state_dict takes them
      npz            the same for NumPy
      pytorch        a Python file with the network as a module, and its weights beside it
      onnx           network and weights in one file

      The files contain the run's recipe, classes and alphabet. The other way: dp-train train RECIPE
      model.weights=FILE takes weights that PyTorch wrote by torch.save(model.state_dict(), FILE), and safetensors.
      """)

  @OptionGroup var source: RunArguments

  @Option(help: "safetensors, npz, pytorch or onnx.")
  var format: ExportFormat

  @Option(
    help: ArgumentHelp("The file to write; by default one in the run's folder.", valueName: "file"),
    completion: .file())
  var out: String?

  func run() throws {
    // The recipe as it was trained, not with `model.weights` set to the exported ones.
    let recipe = try Recipe.load(RunFolder.existing(source.run).recipe)
    let path = out ?? standardPath(recipe.name)
    for file in format.files(at: path) {
      try RunFolder.checkIsFree(file, advice: "choose another with --out")
    }
    let facts = try source.dataFacts()
    if format.computes, recipe.precision != .float32 {
      Terminal.warn(
        "the exported network computes in float32, the training did in \(recipe.precision.rawValue): "
          + "its outputs differ by rounding")
    }
    let network = try source.load(overrides: []).makeNetwork(
      inputShape: Shape(facts.inputShape), classes: facts.classNames.count)
    let exported = try ExportedModel(network, recipe: recipe, facts: facts)
    try makeFolders(holding: path)
    for file in try exported.write(format, to: path) { Terminal.write(file + "\n") }
  }

  /// A file in the run's folder with the recipe's name. A Python file's name must be an identifier.
  private func standardPath(_ name: String) -> String {
    let stem =
      format == .pytorch ? String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }) : name
    return "\(source.run)/\(stem).\(format.suffix)"
  }
}

extension ExportFormat: ExpressibleByArgument {
  /// Whether files of this format have the network, not the weights alone.
  fileprivate var computes: Bool { self == .pytorch || self == .onnx }
}
