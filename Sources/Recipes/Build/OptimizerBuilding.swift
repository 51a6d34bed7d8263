import Foundation
import Optimizers

extension OptimizerSettings {
  /// The optimizer for a model of `count` values, padding included.
  /// - Throws: `Failure` (system) where memory is short.
  func makeOptimizer(count: Int) throws -> any Optimizer {
    switch self {
    case .rmsprop(let settings):
      try RMSprop(
        count: count, alpha: settings.alpha, epsilon: settings.epsilon, weightDecay: settings.weightDecay)
    case .sgd(let settings):
      try SGD(
        count: count, momentum: settings.momentum, nesterov: settings.nesterov, weightDecay: settings.weightDecay)
    }
  }

  /// The step size.
  var learningRate: Double {
    switch self {
    case .rmsprop(let settings): settings.learningRate
    case .sgd(let settings): settings.learningRate
    }
  }

  /// The largest norm of the gradient, or nil.
  var clipNorm: Double? {
    switch self {
    case .rmsprop(let settings): settings.clipNorm
    case .sgd(let settings): settings.clipNorm
    }
  }
}

extension OptimizerSettings {
  /// The optimizer in a few words, for people.
  public var summary: String {
    let name =
      switch self {
      case .rmsprop: RMSpropSettings.name
      case .sgd: SGDSettings.name
      }
    let clipping = clipNorm.map { String(format: ", gradient norm at most %g", $0) } ?? ""
    return String(format: "%@, learning rate %g%@", name, learningRate, clipping)
  }
}
