import Diagnostics
import Formats

/// The array `y` of an archive without padding, if its numbers are classes: one for each sample or for each step.
struct NumPySequenceClasses {
  /// The classes.
  let targets: SequenceTargets
  /// "0", "1", … up to the largest class index, or those of the training.
  let names: [String]

  /// Reads class indices for the samples that begin at these offsets.
  /// - Throws: `Failure` (data) naming the entry that is wrong.
  init(_ y: NPYArray, offsets: [Int], path: String, ignored: Int?, _ trained: [String]?) throws {
    let (count, steps) = (offsets.count - 1, offsets.last ?? 0)
    if y.shape.first == count, let failure = NumPyHints.indicators(y, path: path) { throw failure }
    guard y.shape == [count] || y.shape == [steps] else {
      throw Failure(
        .data, "\(path): y has the shape \(y.shape)",
        advice: "y must be one class index for each of the \(count) samples, or for each of their \(steps) steps")
    }
    let classes = try NumPyHints.classes(y, path: path)
    let counted = classes.lazy.filter { Int($0) != ignored }
    if let index = classes.firstIndex(where: { Int($0) != ignored && !(0..<Int32(ClassLabels.limit)).contains($0) }) {
      throw Failure(
        .data, "\(path): y[\(index)] is \(classes[index])",
        advice: classes[index] < 0
          ? NumPyHints.negativeAdvice(Array(counted)) : "class indices are below \(ClassLabels.limit)")
    }
    let largest = Int(counted.max() ?? 0)
    if let trained, largest >= trained.count {
      throw Failure(
        .data, "\(path): y holds the class \(largest)", advice: "training had the classes 0 to \(trained.count - 1)")
    }
    names = trained ?? (0...largest).map(String.init)
    targets = y.shape == [count] ? .classes(classes) : .stepClasses(classes, offsets: offsets)
  }
}
