import Diagnostics
import Layers
import Training

/// Settings of what learns, and how fast, that change nothing.
extension RecipeWarnings {
  var learning: [String] {
    let learning = Learning(recipe, network.model.parameters, steps: steps.total, perEpoch: steps.perEpoch)
    return [learning.unfreezing, learning.rates, learning.excepted].compactMap(\.self) + learning.groups
  }
}

/// Which parameters learn in a training, and which group is theirs.
private struct Learning {
  let recipe: Recipe
  let parameters: [Parameter]
  /// The steps of the training and of an epoch.
  let (total, perEpoch): (Int, Int)
  /// The step after which frozen parameters learn.
  private let start: Int
  private let frozen: Set<String>
  private let patterns: [NamePattern]
  /// The parameters of each group.
  private let members: [[Parameter]]

  init(_ recipe: Recipe, _ parameters: [Parameter], steps: Int, perEpoch: Int) {
    self.recipe = recipe
    self.parameters = parameters
    (total, self.perEpoch) = (steps, perEpoch)
    start = recipe.model.unfreeze?.after.steps(perEpoch: perEpoch) ?? .max
    let freezing = recipe.model.freeze.map(NamePattern.init)
    frozen = Set(parameters.map(\.name).filter { name in freezing.contains { $0.covers(name) } })
    let patterns = recipe.optimizer.options.groups.map { NamePattern($0.match) }
    self.patterns = patterns
    var members = [[Parameter]](repeating: [], count: patterns.count)
    for parameter in parameters {
      if let index = patterns.firstIndex(where: { $0.covers(parameter.name) }) { members[index].append(parameter) }
    }
    self.members = members
  }

  /// A change of what is frozen that never comes, or comes at once.
  var unfreezing: String? {
    guard let after = recipe.model.unfreeze?.after, total > 0, !frozen.isEmpty else { return nil }
    let place = recipe.named("model.unfreeze.after", or: "model.unfreeze")
    if start == 0 {
      return
        "\(place) is \(after.recipeText), which is step 0, since an epoch has \(perEpoch): nothing is ever frozen. "
        + "Leave model.freeze out, or write 1 step or more."
    }
    let isAll = frozen.count == parameters.count
    if start >= total {
      return "\(place) is \(after.recipeText), after step \(start), but training has \(total): "
        + (isAll ? "nothing is learned." : "the frozen parameters never learn.")
    }
    guard isAll else { return nil }
    return
      "\(recipe.named("model.freeze")) names all parameters: nothing is learned in the first \(counted(start, "step"))."
  }

  /// Rates of 0 alone.
  var rates: String? {
    let learning = parameters.filter { !neverLearns($0) }
    guard total > 0, !learning.isEmpty, learning.allSatisfy({ rate(of: $0) == 0 }) else { return nil }
    guard recipe.optimizer.learningRate > 0 else {
      return "\(recipe.named("optimizer.learningRate", or: "optimizer")) is 0: nothing is learned."
    }
    return
      "\(recipe.named("optimizer.groups")): the learning rate of all parameters that are not frozen is 0: nothing is "
      + "learned."
  }

  /// `except` leaves nothing of the weights' file.
  var excepted: String? {
    guard let weights = recipe.model.weights, !weights.except.isEmpty else { return nil }
    let patterns = weights.except.map(NamePattern.init)
    guard parameters.allSatisfy({ parameter in patterns.contains { $0.covers(parameter.name) } }) else { return nil }
    return "\(recipe.named("model.weights.except")) names all parameters: none is loaded from \(weights.file)."
  }

  /// Groups that change no parameter.
  var groups: [String] {
    recipe.optimizer.options.groups.enumerated().compactMap { index, group in
      let subject = "\(recipe.named("optimizer.groups.\(index)")) (match: \(group.match))"
      guard !members[index].isEmpty else {
        let earlier = patterns[..<index].firstIndex { pattern in
          parameters.contains { pattern.covers($0.name) && patterns[index].covers($0.name) }
        }
        return earlier.map {
          "\(subject) has no effect: all of its parameters are in earlier groups, such as "
            + "optimizer.groups.\($0) (match: \(patterns[$0].text)). Write it before them."
        }
      }
      if total > 0, members[index].allSatisfy(neverLearns) {
        return "\(subject) has no effect: all of its parameters are frozen for the whole training."
      }
      // A group may set nothing, to keep its parameters out of a later one.
      let isApart = members[index].contains { parameter in
        patterns[(index + 1)...].contains { $0.covers(parameter.name) }
      }
      guard group.learningRate == .factor(1), !isApart else { return nil }
      if group.weightDecay != nil, excludesVectors, members[index].allSatisfy({ $0.shape.count == 1 }) {
        return "\(subject) has no effect: optimizer.excludeVectors leaves vectors without weight decay. "
          + "Write decayed: weights in its place."
      }
      guard group.weightDecay == nil else { return nil }
      return "\(subject) has no effect: it sets neither learningRate nor weightDecay."
    }
  }

  /// Whether the optimizer has no weight decay for vectors, whatever groups say.
  private var excludesVectors: Bool {
    (recipe.optimizer as? LARSEntry)?.excludeVectors ?? (recipe.optimizer as? LAMBEntry)?.excludeVectors ?? false
  }

  private func neverLearns(_ parameter: Parameter) -> Bool { start >= total && frozen.contains(parameter.name) }

  private func rate(of parameter: Parameter) -> Double {
    let base = recipe.optimizer.learningRate
    guard let index = patterns.firstIndex(where: { $0.covers(parameter.name) }) else { return base }
    return switch recipe.optimizer.options.groups[index].learningRate {
    case .factor(let factor): base * factor
    case .base(let rate): base > 0 ? rate : 0
    }
  }
}

extension Recipe {
  /// A key for messages, with the place where it was given, or where the key was that stands for it: "my.yaml:7: model.freeze".
  func named(_ key: String, or other: String? = nil) -> String {
    let place = origin.place(of: key) ?? other.flatMap(origin.place)
    return (place.map { "\($0): " } ?? "") + key
  }
}
