import Formats
import Foundation
import Recipes
import Recording
import Training

/// Folders of runs, generated if a training would take long.
enum RunFixture {
  /// A folder with a recipe and a line of metrics for each of `steps` steps, with the losses of `loss`. The caller removes
  /// it.
  static func make(
    recipe name: String = "temporal-order", overrides: [String] = [], steps: Int, stepsPerEpoch: Int = 31,
    loss: (Int) -> Double = { 1.4 / (1 + Double($0) / 50) }
  ) throws -> RunFolder {
    let folder = try RunFolder.create(name: name, out: freshPath())
    try folder.write(try Recipe.load(name, overrides: overrides).resolvedYAML(), to: folder.recipe)
    var text = ""
    for step in stride(from: 1, through: steps, by: 1) {
      let epoch = (step - 1) / stepsPerEpoch + 1
      text +=
        #"{"accuracy":0.5,"communicationSeconds":0.0001,"computeSeconds":0.002,"dataSeconds":0.0003,"epoch":\#(epoch),"#
        + #""event":"step","gradientNorm":0.25,"learningRate":0.001,"loss":\#(loss(step)),"samplesPerSecond":12345.678,"#
        + #""step":\#(step),"waitingSeconds":0}"# + "\n"
      if step.isMultiple(of: stepsPerEpoch) {
        text +=
          #"{"accuracy":0.6,"epoch":\#(epoch),"event":"evaluation","loss":\#(loss(step)),"samples":992,"split":"test","#
          + #""step":\#(step)}"# + "\n"
      }
    }
    try text.write(toFile: folder.metrics, atomically: true, encoding: .utf8)
    return folder
  }

  /// A folder as of a finished run of a recipe, with the weights that training starts from.
  static func trained(_ recipe: String, overrides: [String] = []) throws -> RunFolder {
    let folder = try make(recipe: recipe, overrides: overrides, steps: 62)
    let experiment = try Recipe.load(folder.recipe).makeExperiment()
    try experiment.writeWeights(to: folder.weights, metadata: [:])
    try folder.write(json: experiment.data.training.facts, to: folder.dataFacts)
    return folder
  }

  /// A run of a convolutional network on 8×8 images of two classes, bright above or below, in `data.npz`.
  static func images() throws -> RunFolder {
    let path = freshPath()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let samples = 40
    let x = (0..<samples * 64).map { place -> Float in
      let (sample, pixel) = (place / 64, place % 64)
      let isBright = (pixel < 32) == sample.isMultiple(of: 2)
      return (isBright ? 1 : 0) + Float(sample * pixel % 7) / 20
    }
    try NPZArchive.write(
      [
        ("x", NPYArray(shape: [samples, 8, 8, 1], floats: x)),
        ("y", NPYArray(shape: [samples], int32s: (0..<samples).map { Int32($0 % 2) })),
      ], to: path + "/data.npz")
    let recipe = path + "/images.yaml"
    try """
    data: {source: numpy, train: \(path)/data.npz, test: \(path)/data.npz}
    batch: 8
    model:
      layers:
        - conv2d: {outputs: 4, kernel: 3}
        - conv2d: {outputs: 3, kernel: 3}
        - relu
        - conv2d: {outputs: 2, kernel: 3}
        - flatten
        - linear: {outputs: 2}
    """.write(toFile: recipe, atomically: true, encoding: .utf8)
    let folder = try trained(recipe)
    try FileManager.default.moveItem(atPath: path + "/data.npz", toPath: folder.path + "/data.npz")
    let text = try String(contentsOfFile: folder.recipe, encoding: .utf8)
    try folder.write(text.replacingOccurrences(of: path, with: folder.path), to: folder.recipe)
    try FileManager.default.removeItem(atPath: path)
    return folder
  }

  private static func freshPath() -> String { NSTemporaryDirectory() + "dp-train-report-\(UUID().uuidString)" }
}
