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
  private let recipe: Recipe
  private let workspace: Workspace
  /// The training samples as exported networks take them: not standardized.
  private let raw: any Dataset

  /// Trains the recipe.
  init(_ recipe: Recipe, name: String) throws {
    self.name = name
    self.recipe = recipe
    experiment = try recipe.makeExperiment()
    workspace = try experiment.makeWorkspace(communicator: SoloCommunicator())
    _ = try Trainer(experiment, workspace: workspace, observers: []).run()
    exported = try ExportedModel(experiment.network, recipe: recipe, facts: experiment.data.training.facts)
    raw = try recipe.withoutStandardization.makeExperiment().data.training
  }

  /// Writes the network in every format, and samples with the outputs for them, to a new folder within `root`.
  func write(to root: String) throws -> String {
    let folder = "\(root)/\(name)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for format in ExportFormat.allCases { try exported.write(format, to: "\(folder)/network.\(format.suffix)") }
    let data = experiment.data.training
    let samples = try outputs(of: workspace, for: data, count: min(6, data.count))
    try write(samples, inputs: inputs(of: raw, count: samples.lengths.count), of: data, to: "\(folder)/case.npz")
    if recipe.data is TSEntry {
      try writeShorterSeries(to: folder)
    } else {
      try writeShorter(samples.inputs, of: data, to: folder)
    }
    return folder
  }

  /// Writes two series, shorter than the first, as `predict` reads them.
  private func writeShorterSeries(to folder: String) throws {
    let path = "\(folder)/shorter.ts"
    let features = raw.inputShape.features
    let first = try inputs(of: raw, count: 1)
    let lines = [2, exported.hasLengths ? 3 : 2].map { less in
      (0..<features).map { channel in
        (0..<raw.length(of: 0) - less).map { "\(Double(first[$0 * features + channel]))" }.joined(separator: ",")
      }.joined(separator: ":")
    }
    try "@problemName shorter\n@classLabel false\n@data\n\(lines.joined(separator: "\n"))\n".write(
      toFile: path, atomically: true, encoding: .utf8)
    let facts = experiment.data.training.facts
    let data = try recipe.makeReader(facts: facts).samples(path)
    let rawData = try recipe.withoutStandardization.makeReader(facts: facts).samples(path)
    var recipe = recipe
    recipe.model.weights = "\(folder)/network.safetensors"
    let network = try recipe.makeNetwork(inputShape: data.inputShape, classes: facts.classNames.count)
    let other = try Workspace(network, batch: 2, shards: 1, seed: 1, communicator: SoloCommunicator())
    try write(
      outputs(of: other, for: data, count: 2), inputs: inputs(of: rawData, count: 2), of: data,
      to: "\(folder)/shorter.npz")
  }

  /// Writes a sample without its last two steps, if the network accepts any number of steps.
  private func writeShorter(_ inputs: [Float], of data: any Dataset, to folder: String) throws {
    let shape = Shape.sequence(steps: data.inputShape.steps - 2, features: data.inputShape.features)
    var recipe = recipe
    recipe.model.weights = "\(folder)/network.safetensors"
    guard data.inputShape.isSequence,
      let network = try? recipe.makeNetwork(inputShape: shape, classes: data.classNames.count)
    else { return }
    let sample = SingleInput(shape: shape, length: data.hasLengths ? shape.steps - 1 : nil) { batch, place in
      for step in 0..<batch.steps(ofSample: place) {
        for feature in 0..<shape.features {
          batch.view.row(step: step, sample: place)[feature] = inputs[step * shape.features + feature]
        }
      }
    }
    let other = try Workspace(network, batch: 1, shards: 1, seed: 1, communicator: SoloCommunicator())
    let shorter = try outputs(of: other, for: sample, count: 1)
    try write(shorter, inputs: shorter.inputs, of: sample, to: "\(folder)/shorter.npz")
  }

  /// Batch first, features last.
  private struct Samples {
    let inputs, outputs: [Float]
    let lengths: [Int32]
    let outputShape: Shape
  }

  private func outputs(of workspace: Workspace, for data: any Dataset, count: Int) throws -> Samples {
    let model = workspace.model
    let batch = try Batch(for: data, capacity: count)
    try Array(0..<count).withUnsafeBufferPointer { try data.load(epoch: 0, indices: $0, into: batch) }
    let context = workspace.context(gradients: try model.weights.values.base, nodeStride: 0)
    workspace.program.pack(context)
    return Samples(
      inputs: PackedRows.unpack(batch.view, shape: data.inputShape),
      outputs: PackedRows.unpack(try workspace.program.forward(batch.view, context), shape: model.outputShape),
      lengths: (0..<count).map { Int32(batch.steps(ofSample: $0)) }, outputShape: model.outputShape)
  }

  private func inputs(of data: any Dataset, count: Int) throws -> [Float] {
    let batch = try Batch(for: data, capacity: count)
    try Array(0..<count).withUnsafeBufferPointer { try data.load(epoch: 0, indices: $0, into: batch) }
    return PackedRows.unpack(batch.view, shape: data.inputShape)
  }

  private func write(_ samples: Samples, inputs: [Float], of data: any Dataset, to path: String) throws {
    let count = samples.lengths.count
    var arrays = [
      ("x", NPYArray(shape: [count] + data.inputShape.extents, floats: inputs)),
      ("outputs", NPYArray(shape: [count] + samples.outputShape.extents, floats: samples.outputs)),
    ]
    if data.hasLengths { arrays.append(("lengths", NPYArray(shape: [count], int32s: samples.lengths))) }
    try NPZArchive.write(arrays, to: path)
  }
}

extension Recipe {
  /// The recipe on samples that are not standardized.
  fileprivate var withoutStandardization: Recipe {
    guard var series = data as? TSEntry else { return self }
    var recipe = self
    series.standardize = .none
    recipe.data = series
    return recipe
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
      // Unsorted, with a full length and a length of 1.
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
