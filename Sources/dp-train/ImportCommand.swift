import ArgumentParser
import DPTrain
import Formats
import Foundation
import Importing
import Recording

/// `dp-train import`.
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Make a recipe and its weights of an ONNX file.",
    discussion: """
      Writes MODEL.yaml, a recipe with all layers, and MODEL.safetensors, the weights that it starts from. Name the data in the
      recipe, or on the command line: dp-train train MODEL.yaml data=FILE
      """)

  @Argument(
    help: ArgumentHelp("The file of another program.", valueName: "model.onnx"), completion: .file(extensions: ["onnx"])
  )
  var model: String

  @Option(
    help: ArgumentHelp(
      "A folder for both files, or their name without its ending; by default the model's, in this folder.",
      valueName: "folder|name"), completion: .file())
  var out: String?

  func run() throws {
    let stem = ImportCommand.stem(of: model)
    let base = ImportCommand.base(out, stem: stem)
    let (recipe, weights) = (base + ".yaml", base + ".safetensors")
    for file in [recipe, weights] {
      try RunFolder.checkIsFree(file, advice: "choose another with --out")
      guard !FileManager.default.fileExists(atPath: file) else {
        throw Failure(.cannotCreate, "\(file) is there already", advice: "choose another name with --out")
      }
    }
    let network = try ImportedNetwork(onnx: fileBytes(model), file: model)
    try makeFolders(holding: base)
    try network.write(recipe: recipe, weights: weights)
    network.notes.forEach(Terminal.warn)
    Terminal.write(recipe + "\n")
    if !network.tensors.isEmpty { Terminal.write(weights + "\n") }
  }

  /// The file's name without folders and ending, as a recipe may be called.
  private static func stem(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? "model"
    let stem = name.hasSuffix(".onnx") ? String(name.dropLast(5)) : name
    let safe = String(stem.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "_" })
    return safe.isEmpty || safe.hasPrefix(".") || safe.hasPrefix("-") ? "model" : safe
  }

  /// The path of both files without their endings.
  private static func base(_ out: String?, stem: String) -> String {
    guard let out else { return stem }
    var isFolder: ObjCBool = false
    if out.hasSuffix("/") || FileManager.default.fileExists(atPath: out, isDirectory: &isFolder) && isFolder.boolValue {
      return (out.hasSuffix("/") ? String(out.dropLast()) : out) + "/" + stem
    }
    for ending in [".yaml", ".yml", ".safetensors"] where out.hasSuffix(ending) {
      return String(out.dropLast(ending.count))
    }
    return out
  }
}
