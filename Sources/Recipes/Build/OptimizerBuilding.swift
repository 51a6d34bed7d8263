import Foundation

extension OptimizerSettings {
  /// The step size.
  var learningRate: Double { chosenSettings.learningRate }

  /// The largest norm of the gradient, or nil.
  public var clipNorm: Double? { chosenSettings.clipNorm }

  /// What is added to the root of the mean of squared gradients, where the optimizer divides by that; else nil.
  public var epsilon: Double? {
    switch self {
    case .rmsprop(let settings): settings.epsilon
    case .adam(let settings): settings.epsilon
    case .adamw(let settings): settings.epsilon
    case .lamb(let settings): settings.epsilon
    case .sgd, .lars: nil
    }
  }

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
