import Datasets
import Diagnostics
import Layers
import Tensors

extension LossSettings {
  /// What the loss compares outputs with.
  var targetKind: NumPyDataset.TargetKind {
    if case .crossEntropy = self { .classes } else { .values }
  }

  /// The label that does not count, if any.
  var ignoreIndex: Int? {
    if case .crossEntropy(let settings) = self { settings.ignoreIndex } else { nil }
  }

  /// The label by which data sources mark steps that do not count: the recipe's, or one that is no class.
  var uncountedTarget: Int { ignoreIndex ?? TargetLayout.uncounted }

  /// The loss on outputs of a shape.
  /// - Throws: `Failure` (configuration) where class weights do not fit.
  public func makeLoss(outputs: Shape) throws -> any Loss {
    switch self {
    case .crossEntropy(let settings):
      if let weights = settings.classWeights, weights.count != outputs.features {
        throw Failure(
          .configuration,
          "loss.classWeights has \(weights.count) entries, but the model gives \(outputs.features) classes",
          advice: "give one weight for each class")
      }
      return CrossEntropy(
        logits: outputs, labelSmoothing: settings.labelSmoothing, classWeights: settings.classWeights,
        ignoreIndex: uncountedTarget)
    case .binaryCrossEntropy: return ValueLoss(.binaryCrossEntropy, outputs: outputs)
    case .squared: return ValueLoss(.squared, outputs: outputs)
    case .absolute: return ValueLoss(.absolute, outputs: outputs)
    case .huber(let settings): return ValueLoss(.huber(delta: Float(settings.delta)), outputs: outputs)
    case .smoothAbsolute(let settings):
      return ValueLoss(.smoothAbsolute(beta: Float(settings.beta)), outputs: outputs)
    }
  }

  /// Checks that the data has what the loss compares with.
  /// - Throws: `Failure` (configuration) naming the loss.
  func check(data: any Dataset) throws {
    guard case .classes = data.targetLayout, targetKind != .classes else { return }
    throw Failure(
      .configuration, "loss \(chosen.name) compares with numbers, but the data has classes",
      advice: "classes go with loss: cross-entropy")
  }

  /// Checks that the model's outputs are shaped as the data's targets.
  /// - Throws: `Failure` (configuration) naming both shapes.
  func check(outputs: Shape, data: any Dataset) throws {
    switch data.targetLayout {
    case .classes(let steps):
      try checkClasses(steps: steps, data: data, outputs: outputs)
    case .values(let shape):
      guard outputs == shape else {
        throw Failure(
          .configuration, "the model gives outputs of the shape \(outputs), but y has \(shape) numbers a sample",
          advice: "make the last layer's outputs as many as y's numbers")
      }
    }
    guard !data.hasLengths || !outputs.isSequence || outputs.steps == data.inputShape.steps else {
      throw Failure(
        .configuration,
        "the model makes \(outputs.steps) steps of \(data.inputShape.steps), so the samples' lengths do not fit",
        advice: "use layers that keep the number of steps, or data without lengths")
    }
  }

  private func checkClasses(steps: Int, data: any Dataset, outputs: Shape) throws {
    let (count, lacksFirst) = (data.classNames.count, data.lacksFirstClass)
    let areNumbers = count > 100 && data.classNames.allSatisfy { Double($0) != nil }
    guard !outputs.isImage else {
      throw Failure(
        .configuration, "the model gives images of \(outputs), but each sample has one class",
        advice: "put global-average-pool or flatten and linear at the end")
    }
    guard steps > 1 || !outputs.isSequence else {
      throw Failure(
        .configuration, "the model gives a sequence of \(outputs), but each sample has one class",
        advice: "the last recurrent layer must have output: last")
    }
    guard outputs.steps == steps else {
      throw Failure(
        .configuration, "the model gives the shape \(outputs), but y has \(TargetLayout.classes(steps: steps).text)",
        advice: "recurrent layers must have output: all")
    }
    guard outputs.features >= count else {
      throw Failure(
        .configuration, "the model gives \(outputs.features) outputs, but the data has \(count) classes",
        advice: "the last layer needs outputs: \(count)"
          + (lacksFirst ? "; or, since no sample is of class 0, let class indices start at 0: y - 1" : "")
          + (areNumbers ? "; or, to learn numbers, write loss: mse" : ""))
    }
  }
}
