import Layers
import Tensors

extension ExportedModel {
  /// The network as a Python file.
  /// - Throws: `Failure` (configuration) naming a layer that PyTorch cannot express.
  func pyTorchSource() throws -> String {
    let source = PyTorchSource(for: self)
    // Made first, because the layers register the definitions that they need.
    let layers = PyTorchSource.indented(PyTorchSource.indented(try source.list(model.list)))
    let assignments = PyTorchSource.indented(PyTorchSource.indented(source.assignments.joined()))
    let className = className(besides: source.definitions)
    let network = """
      class \(className)(\(source.sequential)):
          \"\"\"\(explanation)\"\"\"

          def __init__(self):
      \(assignments)        super().__init__(
      \(layers)        )
      \(standardizedForward(takesLengths: source.takesLengths))
      """
    let head = """
      \"\"\"The network of \(plainName), trained by dp-train, as a PyTorch module.

          model = load()            # with the weights of the file beside this one, ready to evaluate
          \(meaning == .values ? "outputs" : "logits") = model(x)         # x as \(className) says

      The weights of a module that was trained go back by
      safetensors.torch.save_file(model.state_dict(), FILE) and dp-train train RECIPE model.weights=FILE.
      \"\"\"

      """
    let blocks =
      [head + "\n" + source.imports.joined(separator: "\n") + "\n\n" + constants] + source.definitions
      + [standardizing(takesLengths: source.takesLengths), network, loading(className), normalizing, main]
      .compactMap(\.self)
    return blocks.joined(separator: "\n\n")
  }

  /// The name as part of a Python string. By scalars: a quote with a combining mark is not a quote to `Character`.
  private var plainName: String {
    let isKept = { (scalar: Unicode.Scalar) in
      scalar != "\"" && scalar != "\\"
        && ![.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }
    var text = ""
    text.unicodeScalars.append(contentsOf: name.unicodeScalars.lazy.filter(isKept))
    return text
  }

  /// The recipe's name as a class name: `temporal-order` becomes `TemporalOrder`, unless a class of that name exists
  /// already.
  private func className(besides definitions: [String]) -> String {
    let words = name.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    let joined = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    let isTaken =
      PyTorchText.taken.contains(joined)
      || definitions.contains { $0.contains("class \(joined)(") || $0.contains("class \(joined):") }
    return joined.first?.isLetter == true && !isTaken ? joined : "Network"
  }

  private var explanation: String {
    let shape = model.inputShape
    let input =
      takesIndices
      ? shape.isSequence ? "int64 [batch, steps]" : "int64 [batch]"
      : shape.isImage
        ? "float32 [batch, \(shape.features), \(shape.extents[0]), \(shape.extents[1])]"
        : shape.isSequence ? "float32 [batch, steps, \(shape.features)]" : "float32 [batch, \(shape.features)]"
    let output = model.outputShape
    let result =
      output.isImage
      ? "[batch, \(output.features), \(output.extents[0]), \(output.extents[1])]"
      : output.isSequence ? "[batch, steps, \(output.features)]" : "[batch, \(output.features)]"
    let isStateful = model.layers.hold { ($0 as? RecurrentLayer)?.options.isStateful == true }
    let state = isStateful ? " Each call starts from states of zero." : ""
    let lengths = needsLengths ? ", and lengths int64 [batch]" : ""
    let normal = normalization != nil ? ", normalized" : standardization != nil ? ", not standardized" : ""
    return "Takes \(input)\(normal)\(lengths); gives \(meaning == .values ? "numbers" : "logits") \(result).\(state)"
  }

  private var constants: String {
    var lines = ["WEIGHTS = Path(__file__).with_suffix(\".safetensors\")"]
    if !classNames.isEmpty { lines.append("CLASSES = \(JSON.pythonList(classNames))") }
    if let alphabet {
      lines.append("# The letters in the order of the features, or of the indices from 1.")
      lines.append("ALPHABET = \(JSON.text(alphabet))")
    }
    if let normalization {
      lines.append("MEAN = \(JSON.pythonList(normalization.mean))")
      lines.append("STD = \(JSON.pythonList(normalization.deviation))")
    }
    if let scales = standardization?.scales {
      lines.append("CHANNEL_MEANS = \(JSON.pythonList(scales.means))")
      lines.append("CHANNEL_DEVIATIONS = \(JSON.pythonList(scales.deviations))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func loading(_ className: String) -> String {
    """
    def load(path=WEIGHTS):
        \"\"\"The network with the weights of a safetensors file, ready to evaluate.\"\"\"
        model = \(className)()
        model.load_state_dict(load_file(path), strict=True)
        return model.eval()

    """
  }

  private var normalizing: String? {
    guard normalization != nil else { return nil }
    let shape = model.inputShape
    let inputs =
      shape.isImage
      ? "pixels from 0 to 1, of arrays as they are in their files, [batch, channels, height, width]"
      : "numbers as they are in the files, [batch, \(shape.isSequence ? "steps, " : "")features]"
    let place = shape.isImage ? ".view(1, -1, 1, 1)" : ""
    return """
      def normalize(x):
          \"\"\"Normalizes \(inputs), for the network.\"\"\"
          mean, std = (torch.tensor(values)\(place) for values in (MEAN, STD))
          return (x - mean) / std

      """
  }

  private var main: String {
    let names = meaning == .classes && classNames.count == model.outputShape.features
    let answer =
      names
      ? "*(CLASSES[index] for index in output.argmax(-1).reshape(-1))"
      : meaning == .classes ? "*output.argmax(-1).reshape(-1).tolist()" : "*output.reshape(-1).tolist()"
    return """
      if __name__ == "__main__":
          # python FILE INPUTS.npy\(needsLengths ? " LENGTHS.npy" : ""): the network's prediction for each sample of an array
          import sys

          import numpy as np

          x, *lengths = (torch.from_numpy(np.load(path)) for path in sys.argv[1:])
          with torch.no_grad():
              for output in load()(x.\(takesIndices ? "long" : "float")(), *lengths):
                  print(\(answer))

      """
  }
}
