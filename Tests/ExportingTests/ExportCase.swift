import Collectives
import Datasets
import Exporting
import Formats
import Foundation
import Recipes
import TestSupport
import Tensors

@testable import Training

/// A network that was trained for a few steps, exported in every format, with its outputs for some samples.
struct ExportCase {
  let name: String
  let experiment: Experiment
  let exported: ExportedModel
  private let workspace: Workspace

  /// Trains as the recipe says.
  init(_ recipe: Recipe, name: String) throws {
    self.name = name
    experiment = try recipe.makeExperiment()
    workspace = try experiment.makeWorkspace(communicator: SoloCommunicator())
    _ = try Trainer(experiment, workspace: workspace, observers: []).run()
    var exported = ExportedModel(experiment.model, name: recipe.name, meaning: experiment.loss.meaning)
    let facts = experiment.data.training.facts
    exported.recipe = recipe.resolvedYAML()
    exported.classNames = facts.classNames
    exported.alphabet = facts.alphabet
    exported.hasLengths = facts.hasLengths ?? false
    exported.normalization = try recipe.inputNormalization()
    self.exported = exported
  }

  /// Writes the network in every format, and samples with the outputs for them, to a new folder within `root`.
  func write(to root: String) throws -> String {
    let folder = "\(root)/\(name)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for format in ExportFormat.allCases { try exported.write(format, to: "\(folder)/network.\(format.suffix)") }
    let data = experiment.data.training
    let count = min(6, data.count)
    let batch = try Batch(shape: data.inputShape, targets: data.targetLayout, capacity: count)
    try Array(0..<count).withUnsafeBufferPointer { try data.load(epoch: 0, indices: $0, into: batch) }
    let context = workspace.context(gradients: experiment.model.values.base, nodeStride: 0)
    context.lengths = data.hasLengths ? UnsafePointer(batch.lengths) : nil
    experiment.model.pack(context)
    let outputs = PackedRows.unpack(try experiment.model.forward(batch.view, context))
    var arrays = [
      ("x", NPYArray(shape: [count] + data.inputShape.extents, floats: PackedRows.unpack(batch.view))),
      ("outputs", NPYArray(shape: [count] + experiment.model.outputShape.extents, floats: outputs)),
    ]
    if data.hasLengths {
      arrays.append(("lengths", NPYArray(shape: [count], int32s: (0..<count).map { batch.lengths[$0] })))
    }
    try NPZArchive.write(arrays, to: "\(folder)/case.npz")
    return folder
  }
}

/// Calls `body` with a folder that is removed afterwards.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: "dp-train-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

extension SmallNetwork {
  /// Samples of noise in four classes.
  func writeSamples(to path: String, count: Int = 40) throws {
    var random = TestRandom(UInt64(shape.count) + (hasLengths ? 10 : 0))
    let size = count * shape.reduce(1, *)
    let values = hasIndices ? (0..<size).map { _ in Float(Int.random(in: 0..<9, using: &random)) } : random.floats(size)
    var arrays = [
      ("x", NPYArray(shape: [count] + shape, floats: values)),
      ("y", NPYArray(shape: [count], int32s: (0..<count).map { Int32($0 * 7 % 4) })),
    ]
    if hasLengths {
      // Not sorted, a whole one and a single step among them.
      let lengths = (0..<count).map { Int32([5, shape[0], 1, 3][$0 % 4]) }
      arrays.append(("lengths", NPYArray(shape: [count], int32s: lengths)))
    }
    try NPZArchive.write(arrays, to: path)
  }

  /// The recipe, for samples in a file; `weights` is the file to start from.
  func recipe(
    samples: String, _ more: String = "steps: 5", optimizer: String = "optimizer: {name: sgd, learningRate: 0.1}",
    weights: String = "none"
  ) throws -> Recipe {
    let text = """
      \(more)
      batch: 8
      shards: 4
      data: {source: numpy, train: "\(samples)", shuffle: false}
      model:
        weights: \(weights)
        layers:
      \(layers.map { "    - \($0)" }.joined(separator: "\n"))
      \(optimizer)
      """
    return try Recipe.parse(text, file: "small.yaml")
  }
}
