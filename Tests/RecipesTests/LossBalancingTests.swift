import Datasets
import Diagnostics
import Tensors
import Testing

@testable import Recipes

/// Weights of classes and events that are balanced on the training samples.
@Suite struct LossBalancingTests {
  /// Classes or numbers of a few samples, without inputs that mean anything.
  private final class Targets: Dataset {
    let inputShape = Shape.vector(1)
    let targetLayout: TargetLayout
    let classNames: [String]
    let count: Int
    let classes: [Int32]?
    private let targets: [Float]

    /// One class for each sample, known before loading or not.
    init(classes: [Int32], of names: Int, isKnown: Bool) {
      targetLayout = .oneClass
      classNames = (0..<names).map { "c\($0)" }
      count = classes.count
      self.classes = isKnown ? classes : nil
      targets = classes.map(Float.init)
    }

    /// `columns` numbers for each sample.
    init(numbers: [Float], columns: Int) {
      targetLayout = .values(.vector(columns))
      classNames = []
      count = numbers.count / columns
      classes = nil
      targets = numbers
    }

    func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) {
      batch.clear(count: indices.count)
      for (place, index) in indices.enumerated() {
        if case .values(let view) = batch.targets {
          for column in 0..<view.columns { view[place, column] = targets[index * view.columns + column] }
        } else {
          batch.classes[place] = Int32(targets[index])
        }
      }
    }
  }

  private func loss(_ text: String) throws -> any LossEntry { try read("loss: \(text)\n").loss }

  @Test(arguments: [false, true]) func classesAreBalancedAsInScikitLearn(isKnown: Bool) throws {
    // compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 0, 0, 0, 0, 1, 2, 2])
    let weights = [0.5333333333333333, 2.6666666666666665, 1.3333333333333333]
    let classes: [Int32] = [0, 2, 0, 0, 1, 0, 2, 0]
    for name in ["cross-entropy", "focal"] {
      var loss = try loss("{name: \(name), classWeights: balanced}")
      let found = try loss.balancingWeights(of: Targets(classes: classes, of: 3, isKnown: isKnown))
      #expect(found == weights)
      loss.balance(by: weights)
      #expect(try loss.isEqual(to: self.loss("{name: \(name), classWeights: balanced}")))
    }
    let ignoring = try loss("{name: cross-entropy, classWeights: balanced, ignoreIndex: 0}")
    #expect(try ignoring.balancingWeights(of: Targets(classes: classes, of: 3, isKnown: isKnown)) == [1, 1.5, 0.75])
    #expect(try loss("cross-entropy").balancingWeights(of: Targets(classes: classes, of: 3, isKnown: isKnown)) == nil)
  }

  @Test func eventsAreBalancedByThoseThatDoNotHappen() throws {
    let loss = try loss("{name: binary-cross-entropy, positiveWeights: balanced}")
    let data = Targets(numbers: [1, 0, 0, 1, 0, 1, 0, 0.5], columns: 2)
    #expect(try loss.balancingWeights(of: data) == [3, 0.6])
  }

  @Test func whatNeverOccursIsNamed() throws {
    func message(_ text: String, _ data: Targets) throws -> String {
      let loss = try loss(text)
      return try #require(throws: Failure.self) { try loss.balancingWeights(of: data) }.message
    }
    #expect(
      try message("{name: focal, classWeights: balanced}", Targets(classes: [0, 2], of: 3, isKnown: true))
        == "loss.classWeights is balanced, but no training sample is of class c1")
    let events = "{name: binary-cross-entropy, positiveWeights: balanced}"
    #expect(
      try message(events, Targets(numbers: [1, 0, 0, 0], columns: 2))
        == "loss.positiveWeights is balanced, but the training targets of output 1 are all 0")
    #expect(
      try message(events, Targets(numbers: [1, 1, 1, 0], columns: 2))
        == "loss.positiveWeights is balanced, but the training targets of output 0 are all 1")
  }

  @Test func weightsAreAListOrBalanced() throws {
    #expect(
      try failure(of: "loss: {name: cross-entropy, classWeights: equal}\n")
        == wrong("recipe.yaml:5: loss.classWeights must be a list or balanced or none, not \"equal\""))
    #expect(
      try failure(of: "loss: {name: binary-cross-entropy, positiveWeights: [1, -1]}\n")
        == wrong("recipe.yaml:5: loss.positiveWeights.1 must be at least 0, not -1"))
    #expect(
      try failure(of: "loss: {name: binary-cross-entropy, pos_weight: [1]}\n").advice?.contains("positiveWeights")
        == true)
    for text in ["{name: cross-entropy, classWeights: balanced}", "{name: binary-focal, alpha: none, gamma: 1}"] {
      let recipe = try read("loss: \(text)\n")
      #expect(try Recipe.parse(recipe.resolvedYAML(), file: "recipe.yaml") == recipe)
    }
    var events = BinaryCrossEntropyEntry()
    events.positiveWeights = [1, 2]
    #expect(
      try #require(throws: Failure.self) { try events.makeLoss(outputs: .vector(3)) }
        == wrong(
          "loss.positiveWeights has 2 entries, but the model gives 3 outputs", "give one weight for each output"))
  }

  @Test func outputsBeyondTheClassesHaveTheWeightOne() throws {
    let weights = try LossWeights.balanced(counted: [0.5, 3]).values(
      outputs: .vector(4), key: "k", noun: "class", "classes")
    #expect(weights == [0.5, 3, 1, 1])
  }
}
