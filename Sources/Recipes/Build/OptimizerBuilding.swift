import Foundation

extension OptimizerSettings {
  /// The step size.
  var learningRate: Double { chosenSettings.learningRate }

  /// The largest norm of the gradient, or nil.
  public var clipNorm: Double? { chosenSettings.clipNorm }

  /// The largest size of each value of the gradient, or nil.
  var clipValue: Double? { chosenSettings.clipValue }
}

extension Recipe {
  /// The optimizer in a few words, for people.
  public var optimizerSummary: String {
    let value = optimizer.clipValue.map { String(format: ", gradient values at most %g", $0) } ?? ""
    let norm = optimizer.clipNorm.map { String(format: ", gradient norm at most %g", $0) } ?? ""
    return String(format: "%@, learning rate %g", optimizer.chosen.name, baseLearningRate) + value + norm
  }
}
