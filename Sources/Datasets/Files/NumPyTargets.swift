import Diagnostics
import Formats
import Tensors

/// The array `y` of a NumPy archive.
struct NumPyTargets {
  /// The form of one sample's target.
  private(set) var layout: TargetLayout
  /// "0", "1", … up to the largest class index; empty if targets are numbers.
  let classNames: [String]
  private(set) var classes: [Int32] = []
  private var values: [Float] = []
  /// The number of each sample's targets in `classes` or rows in `values`.
  private let storedSteps: Int

  /// Class 0 for each of `count` samples, if `y` is not needed.
  init(none count: Int) {
    layout = .classes(steps: 1)
    storedSteps = 1
    classNames = ["0"]
    classes = Array(repeating: 0, count: count)
  }

  /// Reads class indices: `count`, or count × steps. Those of padding are not checked.
  /// - Throws: `Failure` (data) naming the entry that is wrong.
  init(
    classes array: NPYArray, path: String, inputShape: Shape, count: Int, valid: ValidSteps, ignored: Int?,
    names: [String]?
  ) throws {
    guard array.shape.first == count, (1...2).contains(array.shape.count), array.shape.last != 0 else {
      throw Failure(
        .data, "\(path): y has the shape \(array.shape)",
        advice: "y must be one class index for each of the \(count) samples of x, or for each of their steps")
    }
    // Rows may also hold a class per step, for fewer steps than the input has if the model gives fewer.
    if array.shape.last ?? 0 > inputShape.steps || !inputShape.isSequence,
      let failure = NumPyHints.indicators(array, path: path)
    {
      throw failure
    }
    let steps = array.shape.count == 2 ? array.shape[1] : 1
    var classes = try NumPyHints.classes(array, path: path)
    var largest: Int32 = 0
    for index in classes.indices {
      if !valid.hold(index, of: array.shape) {
        classes[index] = 0
      } else if ignored != Int(classes[index]) {
        guard (0..<Int32(ClassLabels.limit)).contains(classes[index]) else {
          let place = array.shape.count == 2 ? "\(index / steps), \(index % steps)" : "\(index)"
          let isNegative = classes[index] < 0
          throw Failure(
            .data, "\(path): y[\(place)] is \(classes[index])",
            advice: isNegative
              ? NumPyHints.negativeAdvice(
                classes.indices.filter { valid.hold($0, of: array.shape) && ignored != Int(classes[$0]) }.map {
                  classes[$0]
                })
              : "class indices are below \(ClassLabels.limit)")
        }
        largest = max(largest, classes[index])
      }
    }
    layout = .classes(steps: steps)
    storedSteps = steps
    guard names.map({ Int(largest) < $0.count }) ?? true else {
      throw Failure(
        .data, "\(path): y holds the class \(largest)",
        advice: "training had the classes 0 to \((names?.count ?? 0) - 1)")
    }
    classNames = names ?? (0...Int(largest)).map(String.init)
    valid.arrange(&classes, shape: array.shape)
    self.classes = classes
  }

  /// Reads numbers, samples first; without a further axis, one number per sample.
  /// - Throws: `Failure` (data) if there are not as many as samples.
  init(values array: NPYArray, path: String, count: Int, valid: ValidSteps) throws {
    guard array.shape.first == count, array.shape.count <= 4, !array.shape.contains(0) else {
      throw Failure(
        .data, "\(path): y has the shape \(array.shape)",
        advice: "y must hold numbers for each of the \(count) samples of x, shaped as the model's outputs")
    }
    layout = .values(array.shape.count == 1 ? .vector(1) : Shape(Array(array.shape.dropFirst())))
    storedSteps = layout.steps
    classNames = []
    // Only numbers per step are padded, not a vector that happens to have as many numbers as there are steps.
    let isSequence = array.shape.count == 3
    values = try array.finiteFloats("y", path: path, valid: isSequence ? valid : nil)
    if isSequence { valid.arrange(&values, shape: array.shape) }
  }

  /// The same with only the first `steps` steps of each sample, if each of `all` steps has a target.
  func shortened(from all: Int, to steps: Int) -> NumPyTargets {
    guard steps < all, layout.steps == all else { return self }
    var result = self
    switch layout {
    case .classes: result.layout = .classes(steps: steps)
    case .values(let shape): result.layout = .values(.sequence(steps: steps, features: shape.features))
    }
    return result
  }

  /// Copies a sample's targets to a place of a batch.
  func write(sample: Int, to batch: Batch, place: Int) {
    switch (layout, batch.targets) {
    case (.classes, .classes):
      for step in 0..<batch.targetSteps(ofSample: place) {
        batch.classes[batch.targetRow(step: step, sample: place)] = classes[sample * storedSteps + step]
      }
    case (.values, .values(let view)):
      let width = view.positions * view.columns
      values.withUnsafeBufferPointer { source in
        guard let base = source.baseAddress else { return }
        for step in 0..<view.steps(ofSample: place) {
          view.row(step: step, sample: place).update(from: base + (sample * storedSteps + step) * width, count: width)
        }
      }
    default:
      preconditionFailure("a batch for \(batch.targetLayout.text) cannot hold \(layout.text)")
    }
  }
}

extension NPYArray {
  /// Converts the elements to float32.
  /// - Parameter report: called for each sample with a number that is not finite; padding is not checked if `valid` is
  ///   given.
  func floats(
    _ name: String, path: String, valid: ValidSteps? = nil, report: (_ sample: Int, Failure) throws -> Void
  ) rethrows -> [Float] {
    let values = floats()
    func isWrong(_ index: Int) -> Bool { !values[index].isFinite && valid?.hold(index, of: shape) ?? true }
    let size = shape.dropFirst().reduce(1, *)
    var start = 0
    while let index = values[start...].indices.first(where: isWrong) {
      var (rest, place) = (index, [Int]())
      for length in shape.reversed() {
        place.insert(rest % length, at: 0)
        rest /= length
      }
      let sample = index / size
      try report(
        sample,
        Failure(
          .data, "\(path): \(name)\(place) is \(values[index]) as float32, in sample \(sample)",
          advice: valid?.lengths.isEmpty ?? true
            ? "every number must be finite, those of padding too" : "every number within lengths must be finite"))
      start = (sample + 1) * size
    }
    return values
  }

  /// Converts the elements to float32.
  /// - Throws: `Failure` (data) for the first sample with a number that is not finite.
  func finiteFloats(_ name: String, path: String, valid: ValidSteps? = nil) throws -> [Float] {
    try floats(name, path: path, valid: valid) { _, failure in throw failure }
  }
}
