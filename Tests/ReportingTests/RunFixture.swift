import Foundation
import Recipes
import Recording

/// Folders of runs, made up where a training would take long.
enum RunFixture {
  /// A folder with a recipe and a line of metrics for each of `steps` steps, `stepsPerEpoch` to an epoch, which `loss`
  /// gives the loss of; removed by the caller.
  static func make(
    recipe name: String = "temporal-order", steps: Int, stepsPerEpoch: Int = 31,
    loss: (Int) -> Double = { 1.4 / (1 + Double($0) / 50) }
  ) throws -> RunFolder {
    let path = NSTemporaryDirectory() + "dp-train-report-\(UUID().uuidString)"
    let folder = try RunFolder.create(name: name, out: path)
    try folder.write(try Recipe.load(name).resolvedYAML(), to: folder.recipe)
    var text = ""
    for step in 1...steps {
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
}
