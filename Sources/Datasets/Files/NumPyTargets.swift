import Diagnostics
import Formats
import Tensors

/// The array `y` of a NumPy archive, or the like.
struct NumPyTargets {
  /// The targets of the samples, without those of padding.
  let targets: SequenceTargets
  /// "0", "1", … up to the largest class index, or those that were given; empty if targets are numbers.
  let classNames: [String]

  /// Reads class indices, one for each sample or for each step; those of padding are not checked.
  /// - Parameters:
  ///   - ignored: a label that is not a class, and may be any number.
  ///   - trained: the names of the classes that there may be, such as those of the training samples; nil to use those in `y`.
  /// - Throws: `Failure` (data) naming the entry that is wrong.
  init(classes array: NPYArray, of samples: NumPySamples, ignored: Int?, trained: [String]?) throws {
    let path = samples.path
    let steps = try samples.steps(ofClasses: array)
    let stored = try NumPyHints.classes(array, path: path)
    let classes = steps?.withoutPadding(stored) ?? stored
    let counted = classes.lazy.filter { Int($0) != ignored }
    if let wrong = classes.firstIndex(where: { Int($0) != ignored && !(0..<Int32(ClassLabels.limit)).contains($0) }) {
      throw Failure(
        .data,
        "\(path): \(samples.name)\(array.shape.place(of: steps?.place(ofStep: wrong) ?? wrong)) is \(classes[wrong])",
        advice: classes[wrong] < 0
          ? NumPyHints.negativeAdvice(Array(counted)) : "class indices are below \(ClassLabels.limit)")
    }
    let largest = Int(counted.max() ?? 0)
    if let trained, largest >= trained.count {
      throw Failure(
        .data, "\(path): \(samples.name) holds the class \(largest)",
        advice: "there are the classes 0 to \(trained.count - 1), those of the training samples or of data.classNames")
    }
    classNames = trained ?? (0...largest).map(String.init)
    targets = steps.map { .stepClasses(classes, offsets: $0.offsets) } ?? .classes(classes)
  }

  /// Reads numbers, for each sample or for each step; those of padding are not checked.
  /// - Throws: `Failure` (data) naming what is wrong.
  init(values array: StoredArray, of samples: NumPySamples) throws {
    let (shape, stepsWithNumbers) = try samples.form(ofValues: array.shape)
    let steps = stepsWithNumbers ?? NumPySteps(count: samples.steps.count, steps: 1)
    let (name, path) = (samples.name, samples.path)
    let isScanned = array.byteCount <= ArrayScan.most
    if isScanned, array.element.mayBeNonFinite {
      try steps.forEachSample(of: array) { sample, numbers in
        if let failure = steps.failure(in: numbers, of: array, sample: sample, name: name, path: path) { throw failure }
      }
    }
    let numbers = StoredSteps(
      array: array, steps: steps, features: steps.width(of: array), name: name, path: path,
      checked: isScanned || !array.element.mayBeNonFinite ? nil : CheckedSamples(count: steps.count))
    targets = stepsWithNumbers == nil ? .numbers(numbers, shape: shape) : .stepNumbers(numbers)
    classNames = []
  }
}

/// What the targets of an archive's samples may be.
struct NumPySamples {
  let path: String
  /// The name of the array of targets.
  let name: String
  /// The steps of the samples.
  let steps: NumPySteps
  /// Whether the samples are sequences.
  let areSequences: Bool
  /// Whether each step has a target, for arrays of one step for each sample, which do not tell; nil if that is not known.
  let targetsAreOfSteps: Bool?

  /// The steps that have the classes of an array; nil if each sample has one.
  /// - Throws: `Failure` (data) naming the shape that is wrong.
  fileprivate func steps(ofClasses y: NPYArray) throws -> NumPySteps? {
    let shape = y.shape
    guard let stepsOfRow = steps.stepsOfRow else {
      if shape.first == steps.count, let failure = NumPyHints.indicators(y, path: path) { throw failure }
      if let areOfSteps = areOfSteps(joined: shape), shape.count == 1 { return areOfSteps ? steps : nil }
      throw Failure(
        .data, "\(path): \(name) has the shape \(shape)",
        advice: "y must be one class index for each of the \(steps.count) samples, or for each of their "
          + "\(steps.total) steps")
    }
    guard shape.first == steps.count, (1...2).contains(shape.count), shape.last != 0 else {
      throw Failure(
        .data, "\(path): \(name) has the shape \(shape)",
        advice: "y must be one class index for each of the \(steps.count) samples of x, or for each of their steps")
    }
    guard shape.count == 2 else { return nil }
    // Rows may also hold a class per step, for fewer steps than the input has if the model gives fewer.
    if shape[1] > stepsOfRow || !areSequences, let failure = NumPyHints.indicators(y, path: path) { throw failure }
    if shape[1] == 1, !areSequences || stepsOfRow > 1 || targetsAreOfSteps == false { return nil }
    return try steps(ofRows: shape)
  }

  /// The shape of the numbers of a sample, and the steps that have them; nil if samples do.
  /// - Throws: `Failure` (data) naming the shape that is wrong.
  fileprivate func form(ofValues shape: [Int]) throws -> (Shape, NumPySteps?) {
    guard steps.stepsOfRow != nil else {
      guard let areOfSteps = areOfSteps(joined: shape), shape.count <= 2, shape.last != 0 else {
        throw Failure(
          .data, "\(path): \(name) has the shape \(shape)",
          advice:
            "y must hold numbers for each of the \(steps.count) samples, or for each of their \(steps.total) steps"
        )
      }
      return (.vector(shape.count == 2 ? shape[1] : 1), areOfSteps ? steps : nil)
    }
    guard shape.first == steps.count, shape.count <= 4, !shape.contains(0) else {
      throw Failure(
        .data, "\(path): \(name) has the shape \(shape)",
        advice: "y must hold numbers for each of the \(steps.count) samples of x, shaped as the model's outputs")
    }
    let one = shape.count == 1 ? Shape.vector(1) : Shape(Array(shape.dropFirst()))
    return (one, one.isSequence ? try steps(ofRows: shape) : nil)
  }

  /// Whether an array for samples that stand one after the other has a target for each step; nil if for neither.
  private func areOfSteps(joined shape: [Int]) -> Bool? {
    switch (shape.first == steps.count, shape.first == steps.total) {
    case (true, true): targetsAreOfSteps ?? false
    case (true, false): false
    case (false, true): true
    case (false, false): nil
    }
  }

  /// The steps of an array [samples, steps, ...].
  private func steps(ofRows shape: [Int]) throws -> NumPySteps {
    if shape[1] == steps.stepsOfRow { return steps }
    guard !steps.differ else {
      throw Failure(
        .data, "\(path): \(name) has the shape \(shape)",
        advice: "samples have lengths, so targets of steps must be for each of the \(steps.stepsOfRow ?? 1) steps of x")
    }
    return NumPySteps(count: steps.count, steps: shape[1])
  }
}
