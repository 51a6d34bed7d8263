import Diagnostics
import Formats
import Tensors

/// Where the numbers of samples' steps are: in memory, or in an array of a file, from which each sample is read when it is loaded.
protocol StepSource {
  /// The numbers of a step.
  var features: Int { get }
  /// The samples' first steps.
  var offsets: SampleOffsets { get }
  /// Whether the numbers are in memory.
  var isInMemory: Bool { get }
  /// Checks that the file is as it was when it was opened; called once for a batch.
  /// - Throws: `Failure` (data) if it changed.
  func checkUnchanged() throws
  /// Writes the steps of a sample to a place of a batch.
  /// - Throws: `Failure` (inputOutput, data) if they cannot be read.
  func write(_ sample: Int, to view: TensorView, place: Int) throws
}

extension RaggedSteps<Float>: StepSource {
  var isInMemory: Bool { true }

  func checkUnchanged() {}

  func write(_ sample: Int, to view: TensorView, place: Int) {
    values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      for (step, row) in offsets.steps(of: sample).enumerated() {
        view.row(step: step, sample: place).floats.update(from: base + row * features, count: features)
      }
    }
  }
}

/// The steps of samples in an array of a file.
struct StoredSteps: StepSource {
  let array: StoredArray
  /// Where the samples' steps stand in the array.
  let steps: NumPySteps
  let features: Int
  /// The array's name and its file's, for messages.
  let name, path: String
  /// The samples whose numbers need no check. Others are checked when they are loaded first; nil if all were checked before.
  var checked: CheckedSamples?

  var offsets: SampleOffsets { steps.offsets }
  var isInMemory: Bool { array.isInMemory }

  func checkUnchanged() throws { try array.checkUnchanged() }

  func write(_ sample: Int, to view: TensorView, place: Int) throws {
    let places = steps.places(of: sample)
    let elements = places.lowerBound * features..<places.upperBound * features
    // The steps of a ragged view stand one after the other, as in the file; else those of other samples come between.
    let isOneRun = places.count == 1 || view.starts != nil
    if isOneRun {
      try array.read(elements, into: view.row(sample: place).floats)
    } else {
      try array.read(elements, width: features) { view.row(step: $0, sample: place).floats }
    }
    guard let checked, !checked.contains(sample) else { return }
    let width = isOneRun ? elements.count : features
    for run in 0..<elements.count / width {
      let values = UnsafeBufferPointer(start: view.row(step: run, sample: place).floats, count: width)
      if let wrong = values.firstNonFinite {
        throw steps.failure(
          values[wrong], at: elements.lowerBound + run * width + wrong, of: array, sample: sample, name: name,
          path: path)
      }
    }
    checked.insert(sample)
  }
}

extension UnsafeBufferPointer<Float> {
  /// The index of the first number that is infinite or not a number; nil if there is none.
  var firstNonFinite: Int? {
    // Adding one to an exponent of ones carries into the sign. Without a branch, the compiler makes vector instructions of it.
    var carried: UInt32 = 0
    for value in self { carried |= (value.bitPattern & 0x7F80_0000) &+ 0x0080_0000 }
    return carried & 0x8000_0000 == 0 ? nil : firstIndex { !$0.isFinite }
  }
}
