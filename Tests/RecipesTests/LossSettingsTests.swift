import Datasets
import Diagnostics
import Layers
import Tensors
import Testing

@testable import Recipes

@Suite struct LossSettingsTests {
  @Test(arguments: ["cross-entropy", "focal"]) func someClassHasAWeight(name: String) throws {
    #expect(
      try failure(of: "loss: {name: \(name), classWeights: [0, 0]}\n")
        == wrong(
          "recipe.yaml:5: loss.classWeights are all 0, so no sample counts and nothing is learned",
          "give the classes that count a weight above 0, such as 1"))
    _ = try read("loss: {name: \(name), classWeights: [0, 1]}\n")
  }

  @Test func aLossIsANameOrANameWithSettings() throws {
    #expect(try read("loss: mse\n").loss == SquaredEntry())
    var smoothed = CrossEntropyEntry()
    smoothed.labelSmoothing = 0.1
    smoothed.classWeights = [1, 2.5]
    smoothed.ignoreIndex = -100
    #expect(
      try read("loss: {name: cross-entropy, labelSmoothing: 0.1, classWeights: [1, 2.5], ignoreIndex: -100}\n").loss
        == smoothed)
    #expect(try read("loss: {labelSmoothing: 0}\n").loss == CrossEntropyEntry())
  }

  @Test func theCommandLineChangesSettingsOfABareName() throws {
    var huber = HuberEntry()
    huber.delta = 0.5
    #expect(try read("loss: huber\n", "loss.delta=0.5").loss == huber)
    #expect(
      try read("loss: {name: cross-entropy, labelSmoothing: 0.1}\n", "loss=l1").loss == AbsoluteEntry())
    #expect(
      try read("loss: {name: cross-entropy, labelSmoothing: 0.1}\n", "loss.name=l1").loss == AbsoluteEntry())
  }

  @Test func anUnknownLossOrKeyIsNamed() throws {
    #expect(
      try failure(of: "loss: mze\n")
        == wrong("recipe.yaml:5: loss.name: there is no loss \"mze\"", "did you mean mse?"))
    #expect(
      try failure(of: "loss: {name: mse, delta: 1}\n")
        == wrong("recipe.yaml:5: unknown key loss.delta", "mse has no such key; it belongs to name: huber"))
    #expect(
      try failure(of: "loss: {name: huber, delta: 0}\n")
        == wrong("recipe.yaml:5: loss.delta must be greater than 0, not 0"))
  }

  @Test func theResolvedRecipeReadsTheSame() throws {
    for text in ["mse", "{name: smooth-l1, beta: 0.25}", "{name: cross-entropy, classWeights: [1, 0.5]}"] {
      let recipe = try read("loss: \(text)\n")
      #expect(try Recipe.parse(recipe.resolvedYAML(), file: "recipe.yaml") == recipe)
    }
  }

  @Test func initializationsAreNamedForTheModelOrALayer() throws {
    let recipe = try Recipe.parse(
      """
      model:
        initialization: {name: xavier-normal, gain: 2}
        layers:
          - lstm: {hiddenSize: 3, initialization: orthogonal}
          - layer-norm
          - linear: {outputs: 4}
      """, file: "recipe.yaml")
    let model = try recipe.makeModel(inputShape: .sequence(steps: 3, features: 2))
    let drawn = model.parameters.map(\.initialization)
    let bound = Initialization.uniform(bound: 1 / Float(3).squareRoot())
    #expect(
      drawn == [
        .orthogonal(gain: 1), .orthogonal(gain: 1), bound, bound, .constant(1), .constant(0), .xavierNormal(gain: 2),
        bound,
      ])
  }
}

@Suite struct LossDataTests {
  /// A data set with only a shape and targets, without samples.
  private final class Promise: Dataset {
    let inputShape = Shape.sequence(steps: 4, features: 2)
    let classNames: [String]
    let count = 1
    let hasLengths: Bool
    let targetLayout: TargetLayout

    let classes: [Int32]?

    init(_ layout: TargetLayout, classes: Int = 0, hasLengths: Bool = false, seen: [Int32]? = nil) {
      self.classes = seen
      targetLayout = layout
      classNames = (0..<classes).map(String.init)
      self.hasLengths = hasLengths
    }

    func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) {}
  }

  private func failure(_ loss: any LossEntry, outputs: Shape, _ data: any Dataset) -> String? {
    do {
      try loss.check(data: data)
      try loss.check(outputs: outputs, data: data)
      return nil
    } catch {
      return (error as? Failure)?.message
    }
  }

  private func advice(_ outputs: Shape, _ data: any Dataset, hasRecurrent: Bool = false) throws -> String? {
    let entropy = CrossEntropyEntry()
    return try #require(throws: Failure.self) {
      try entropy.check(outputs: outputs, data: data, hasRecurrent: hasRecurrent)
    }.advice
  }

  @Test func probableClassIndicesAreAdvised() throws {
    func told(_ classes: Int, _ seen: [Int32]) throws -> String? {
      try advice(.vector(2), Promise(.oneClass, classes: classes, seen: seen))
    }
    #expect(try told(3, [0, 1, 2]) == "the last layer needs outputs: 3")
    #expect(try told(4, [1, 2, 3])?.hasSuffix("no sample is of class 0, let class indices start at 0: y - 1") == true)
    #expect(
      try told(6, [5, 0, 2]) == "the last layer needs outputs: 6; only 3 of the classes occur here, 0, 2, 5: "
        + "y = numpy.unique(y, return_inverse=True)[1] numbers those alone")
    #expect(
      try told(256, [0, 1, 255])?.contains(
        "if 255 marks samples without a class, loss: {name: cross-entropy, ignoreIndex: 255}; only 3") == true)
    #expect(try told(300, (0..<150).map { 2 * $0 + 1 })?.hasSuffix("to learn numbers, write loss: mse") == true)
  }

  @Test func adviceOnStepsUsesAnExistingLayer() throws {
    let (steps, data) = (Shape.sequence(steps: 4, features: 3), Promise(.oneClass, classes: 3))
    #expect(try advice(steps, data, hasRecurrent: true) == "the last recurrent layer must have output: last")
    #expect(try advice(steps, data)?.hasPrefix("join the steps before the last layer: global-average-pool") == true)
  }

  @Test func outputsMustFitTheTargets() throws {
    let entropy = CrossEntropyEntry()
    let squared = SquaredEntry()
    let steps = Shape.sequence(steps: 4, features: 3)
    #expect(failure(entropy, outputs: .vector(3), Promise(.oneClass, classes: 3)) == nil)
    #expect(failure(entropy, outputs: steps, Promise(.classes(steps: 4), classes: 3, hasLengths: true)) == nil)
    #expect(failure(squared, outputs: steps, Promise(.values(steps))) == nil)
    #expect(
      failure(entropy, outputs: steps, Promise(.oneClass, classes: 3))
        == "the model gives a sequence of 4×3, but each sample has one class")
    #expect(
      failure(entropy, outputs: .vector(3), Promise(.classes(steps: 4), classes: 3))
        == "the model gives the shape 3, but y has a class for each of 4 steps")
    let (one, ofOne) = (Shape.sequence(steps: 1, features: 3), Promise(.classes(steps: 1), classes: 3))
    #expect(failure(entropy, outputs: one, ofOne) == nil)
    #expect(
      failure(entropy, outputs: one, Promise(.oneClass, classes: 3))
        == "the model gives a sequence of 1×3, but each sample has one class")
    #expect(
      failure(entropy, outputs: .vector(3), ofOne)
        == "the model gives the shape 3, but y has a class for each of 1 step")
    #expect(try advice(.vector(3), ofOne)?.hasSuffix("if each sample has one class, y has one axis: y[:, 0]") == true)
    #expect(
      failure(entropy, outputs: .vector(2), Promise(.oneClass, classes: 3))
        == "the model gives 2 outputs, but the data has 3 classes")
    #expect(
      failure(squared, outputs: .vector(2), Promise(.values(.vector(3))))
        == "the model gives outputs of the shape 2, but each sample has 3 numbers as its target")
    #expect(
      failure(squared, outputs: .vector(2), Promise(.oneClass, classes: 2))
        == "loss mse compares with numbers, but the data has classes")
    #expect(
      failure(
        squared, outputs: .sequence(steps: 2, features: 1),
        Promise(.values(.sequence(steps: 2, features: 1)), hasLengths: true))
        == "the model makes 2 steps of 4, so the samples' lengths do not fit")
  }

  @Test func classWeightsMustBeAsManyAsClasses() throws {
    var settings = CrossEntropyEntry()
    settings.classWeights = [1, 2]
    let failure = try #require(throws: Failure.self) {
      try settings.makeLoss(outputs: .vector(3))
    }
    #expect(
      failure
        == wrong(
          "loss.classWeights has 2 entries, but the model gives 3 classes", "give one weight for each class"))
  }
}
