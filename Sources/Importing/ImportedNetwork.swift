import Diagnostics
import Formats
import Foundation
import ProtocolBuffers
import Recipes
import SwiftProtobuf
import Tensors

/// A network of another program as a recipe and its weights.
public struct ImportedNetwork {
  /// The shape of a sample; nil if the file leaves the number of steps or pixels open.
  public let inputShape: Shape?
  /// What the user should know: what was left out, or is different.
  public private(set) var notes: [String]
  /// The file's name for messages.
  private let file: String
  private let layers: [ImportedLayer]
  private let description: [String]
  private let loss: String?

  /// Reads an ONNX model; `file` is its name in messages.
  /// - Throws: `Failure` (data) if the file is damaged, or naming the node that no layer is like.
  public init(onnx bytes: [UInt8], file: String) throws {
    self.file = file
    let model: ONNXModelProto
    do {
      model = try ONNXModelProto(serializedBytes: bytes)
    } catch {
      throw Failure(.data, "\(file) is not an ONNX file, or is damaged", advice: "copy or export it again")
    }
    do {
      guard !model.graph.node.isEmpty else {
        throw Failure(.data, "the model has no nodes", advice: "the file is damaged, or not an ONNX file")
      }
      let reader = try NetworkReader(model)
      let (layers, output, notes) = try reader.network(model.graph)
      self.layers = layers
      self.notes = notes
      let input = reader.steps[0].form
      inputShape = ImportedNetwork.shape(of: input, metadata: reader.metadata)
      let ownsNumbers = reader.producer == "dp-train" && model.graph.output.first?.name == "outputs"
      loss = ownsNumbers ? "mse" : nil
      description = [
        "Imported from \(shown(file.split(separator: "/").last.map(String.init) ?? file)), written by \(reader.producer.isEmpty ? "a program" : shown(reader.producer))"
          + " with the operators of opset \(reader.opset).",
        "Input: \(ImportedNetwork.text(input)); in the ONNX file \(reader.inputText).",
        "Output: \(ImportedNetwork.text(output)).",
      ]
    } catch let failure as Failure {
      throw failure.located(file)
    }
    for tensor in layers.tensors {
      guard let place = tensor.values.firstIndex(where: { !$0.isFinite }) else { continue }
      throw Failure(
        .data, "\(file): the tensor \"\(tensor.name)\" has the value \(tensor.values[place].text) at place \(place)",
        advice: "nothing can be computed with it")
    }
  }

  /// The shape of samples; open sizes are those of the training that a file of dp-train's own tells.
  private static func shape(of form: Form, metadata: [String: String]) -> Shape? {
    let extents = form.extents(unknown: -1)
    guard extents.contains(-1) else { return Shape(extents) }
    guard let text = metadata["inputShape"],
      let trained = try? JSONDecoder().decode([Int].self, from: Data(text.utf8)), trained.count == extents.count,
      zip(trained, extents).allSatisfy({ (1...1 << 30).contains($0) && ($1 == -1 || $0 == $1) })
    else { return nil }
    return Shape(trained)
  }

  /// A form in words.
  private static func text(_ form: Form) -> String {
    func size(_ size: Int?) -> String { size.map(String.init) ?? "any number of" }
    switch form.kind {
    case .vector: return "vectors of \(counted(form.features, "number"))"
    case .sequence: return "sequences of \(size(form.steps)) steps with \(counted(form.features, "feature"))"
    case .image:
      return "images of \(size(form.height)) by \(size(form.width)) pixels with \(counted(form.features, "channel"))"
    }
  }

  /// The tensors under the names that the recipe's layers give them.
  public var tensors: [(name: String, shape: [Int], values: [Float])] { layers.tensors }

  /// The recipe; `weights` is the path of the weights' file.
  public func recipe(weights: String) -> String {
    var lines = description.map { "# " + $0 } + notes.map { "# Note: " + $0 }
    lines += [
      "#", "# Name the data here, or on the command line: dp-train train RECIPE.yaml data=FILE", "# data: FILE",
      "model:",
      "  weights: \(layers.tensors.isEmpty ? "none" : weights.yamlQuoted)", "  layers:",
    ]
    lines += layers.yaml(indent: 4, isOutermost: true)
    if let loss { lines.append("loss: \(loss)") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Writes the recipe and the weights, and makes the network of both to check them.
  /// - Throws: `Failure` (cannotCreate, inputOutput) naming the file that cannot be written, (data) if the layers do not fit
  ///   each other; then both files are removed.
  public func write(recipe path: String, weights: String) throws {
    let text = recipe(weights: weights)
    if !layers.tensors.isEmpty { try SafetensorsFile(tensors: layers.tensors).write(to: weights) }
    do {
      if let inputShape {
        _ = try Recipe.parse(text, file: path).makeModel(inputShape: inputShape)
      } else {
        _ = try Recipe.parse(text, file: path)
      }
      try AtomicFile.write(Array(text.utf8), to: path)
    } catch let failure as Failure {
      try? FileManager.default.removeItem(atPath: weights)
      guard failure.exitCode == .configuration else { throw failure }
      throw Failure(.data, "\(file) cannot be imported: \(failure.message)", advice: failure.advice)
    }
  }
}

extension NetworkReader {
  /// The layers of the network, and what they give.
  func network(_ graph: ONNXGraphProto) throws -> (layers: [ImportedLayer], output: Form, notes: [String]) {
    guard let output = graph.output.first, case .flow(let flow)? = data[output.name] else {
      throw Failure(.data, "the model's output does not depend on its input", advice: "the file is damaged")
    }
    var notes = notes
    if graph.output.count > 1 {
      notes.append("only the first of \(graph.output.count) outputs was imported, \"\(shown(output.name))\".")
    }
    let form = flow.step.form
    if let padding = flow.padding { throw padding.node.failure("nothing follows that takes the padding") }
    guard form.order == nil, flow.directions == 1 || !flow.axes.contains(.direction) else {
      throw Failure(
        .data, "the output \"\(shown(output.name))\" has its values in an order that no layer gives",
        advice: "end the model with a linear layer")
    }
    var structure = Structure(steps)
    var layers = try structure.layers(to: flow.step)
    if producer != "dp-train", let last = layers.last?.kind, ["softmax", "log-softmax"].contains(last), layers.count > 1
    {
      layers.removeLast()
      notes.append("the \(last) at the end was left out: the loss cross-entropy and predict have it.")
    }
    var result = form
    if form.kind != .vector, form.isOneRow {
      layers.append(ImportedLayer("flatten"))
      result = .vector(form.features)
    }
    guard !layers.isEmpty else {
      throw Failure(.data, "the model's output is its input", advice: "there are no layers to import")
    }
    return (layers, result, notes)
  }
}
