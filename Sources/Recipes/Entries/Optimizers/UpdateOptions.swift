import Diagnostics
import Layers
import Optimizers
import Training

/// What differs between the updates of parameters.
public struct UpdateOptions: Equatable, Sendable {
  /// The parameters that the weight decay is for.
  public enum Decayed: String, Choice {
    /// All.
    case all
    /// Weights, but not biases, nor scales and shifts of normalization.
    case weights
  }

  /// The parameters that the weight decay is for.
  public var decayed = Decayed.all
  /// The weight decay of normalization's scales and shifts; nil for that of `decayed`.
  public var normDecay: Double?
  /// The weight decay of the biases of other layers; nil for that of `decayed`.
  public var biasDecay: Double?
  /// Groups of parameters with settings of their own.
  public var groups: [ParameterGroup] = []

  /// Nothing differs.
  public init() {}
}

/// Parameters with a learning rate or weight decay of their own.
public struct ParameterGroup: RecipeSettings {
  /// A learning rate.
  public enum Rate: Equatable, Sendable {
    /// A factor of the optimizer's.
    case factor(Double)
    /// Another base than the optimizer's, which the schedule changes likewise.
    case base(Double)
  }

  /// The pattern of the parameters' names.
  public var match = ""
  /// The learning rate.
  public var learningRate = Rate.factor(1)
  /// The weight decay; nil for the optimizer's.
  public var weightDecay: Double?

  /// Every key at its default; required ones hold a placeholder.
  public init() {}

  /// The keys in recipes.
  public static let form = RecipeForm<Self>(keys: [
    RecipeKey(
      "match", \.match, .text, required: true,
      "a pattern of parameters' names, or of the layers that have them, such as layer1 or *.bias; * stands for any letters"
    ),
    RecipeKey(
      "learningRate", \.learningRate, .rate,
      "a factor of the optimizer's learning rate, such as x0.1, or a number in its place"),
    RecipeKey(
      "weightDecay", \.weightDecay, .optional(.number(.atLeast(0))), "the weight decay, or none for the optimizer's"),
  ])
}

extension ValueType<ParameterGroup.Rate> {
  /// A factor, such as x0.1, or a number.
  static var rate: ValueType {
    let shape = ValueShape.text(
      rule: "a factor such as x0.1, or a number, at least 0", pattern: #"[x×]?[0-9.]+([eE][-+]?[0-9]+)?"#)
    return ValueType {
      shape
    } read: { node, path, _ in
      let text = node.text ?? ""
      let isFactor = text.hasPrefix("x") || text.hasPrefix("×")
      guard case .value(let number) = Double.reading(String(isFactor ? text.dropFirst() : text[...])), number >= 0
      else { throw node.place.failure("\(path) must be a factor such as x0.1, or a number, not \(node.named)") }
      return isFactor ? .factor(number) : .base(number)
    } write: { rate in
      switch rate {
      case .factor(let factor): .scalar("x\(factor.recipeText)")
      case .base(let number): .scalar(number.recipeText)
      }
    }
  }
}

extension Recipe {
  /// The rules by which the optimizer updates each parameter; nil if all are alike. Frozen parameters learn after `start` steps.
  /// - Throws: `Failure` (configuration) for a group that fits no parameter, or whose rate has nothing to be a multiple of.
  func updateRules(of model: Model, start: Int) throws -> [UpdateRule]? {
    let options = optimizer.options
    for (index, group) in options.groups.enumerated() {
      let pattern = NamePattern(group.match)
      if case .base(let rate) = group.learningRate, rate > 0, optimizer.learningRate == 0 {
        let key = "optimizer.groups.\(index).learningRate"
        throw Failure(
          .configuration,
          "\(named(key)) is \(rate.recipeText), but optimizer.learningRate is 0, which schedules multiply",
          advice: "set optimizer.learningRate to \(rate.recipeText), and learningRate x0 for a group of the others")
      }
      guard !model.parameters.contains(where: { pattern.covers($0.name) }) else { continue }
      throw unmatched(key: "optimizer.groups.\(index).match", group.match, model)
    }
    let patterns = options.groups.map { NamePattern($0.match) }
    let norms = Set(model.layers.nested.filter { $0.kind.hasSuffix("-norm") }.flatMap(\.parameters).map(\.name))
    let rules = model.parameters.map { parameter in
      var rule = UpdateRule()
      if options.decayed == .weights, parameter.shape.count == 1 { rule.weightDecay = 0 }
      if norms.contains(parameter.name) {
        rule.weightDecay = options.normDecay ?? rule.weightDecay
      } else if parameter.isBias {
        rule.weightDecay = options.biasDecay ?? rule.weightDecay
      }
      if let index = patterns.firstIndex(where: { $0.covers(parameter.name) }) {
        let group = options.groups[index]
        switch group.learningRate {
        case .factor(let factor): rule.rateFactor = factor
        case .base(let rate): rule.rateFactor = optimizer.learningRate > 0 ? rate / optimizer.learningRate : 0
        }
        if let decay = group.weightDecay { rule.weightDecay = decay }
      }
      if parameter.isFrozen { rule.start = start }
      return rule
    }
    return rules.allSatisfy { $0 == UpdateRule() } ? nil : rules
  }

  /// The failure that a pattern fits no parameter.
  func unmatched(key: String, _ pattern: String, _ model: Model) -> Failure {
    let names = model.parameters.map(\.name)
    let shown = names.count > 6 ? names.prefix(3) + ["..."] + names.suffix(2) : names[...]
    return Failure(
      .configuration, "\(named(key)): no parameter's name fits \"\(pattern)\"",
      advice: "the model has \(shown.joined(separator: ", "))")
  }
}

extension Parameter {
  /// Whether PyTorch's name says that it is a bias, such as `0.bias` or `lstm.bias_hh_l0`.
  fileprivate var isBias: Bool { name.split(separator: ".").last?.hasPrefix("bias") ?? false }
}
