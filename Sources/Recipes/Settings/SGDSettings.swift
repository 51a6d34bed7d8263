/// Stochastic gradient descent, with momentum and Nesterov's variant of it (Sutskever et al. 2013).
public struct SGDSettings: Equatable, Sendable {
  /// The step size.
  public var learningRate = 0.01
  /// The share of the last step that is added to the next; 0 for none.
  public var momentum = 0.0
  /// Whether the gradient is looked at after the momentum's step.
  public var nesterov = false
  /// The share of the weights that is added to their gradient.
  public var weightDecay = 0.0
  /// The norm that gradients are scaled down to where theirs is larger; nil for no limit.
  public var clipNorm: Double?

  /// Every default.
  public init() {}
}

extension SGDSettings: VariantSettings {
  static let name = "sgd"
  static let doc = "stochastic gradient descent"

  static let fields: [Field<SGDSettings>] = [
    Field("learningRate", \.learningRate, .number(.atLeast(0)), "the step size"),
    Field("momentum", \.momentum, .number(.from(0, below: 1)), "the share of the last step added to the next"),
    Field("nesterov", \.nesterov, .flag, "whether to look at the gradient after the momentum's step"),
    Field("weightDecay", \.weightDecay, .number(.atLeast(0)), "the share of the weights added to their gradient"),
    Field("clipNorm", \.clipNorm, .optional(.number(.above(0))), "the largest norm of the gradient, or none"),
  ]

  func check(_ section: Section) throws {
    if nesterov && momentum == 0 {
      throw section.conflict(
        of: ["nesterov"], "\(section.path(of: "nesterov")) needs momentum, but \(section.naming("momentum", momentum))",
        advice: "give momentum a value such as 0.9, or leave nesterov false")
    }
  }
}
