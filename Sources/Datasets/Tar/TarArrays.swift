import Diagnostics
import Formats
import Tensors

/// Arrays in tar files, `.npy` files: vectors, sequences of any length, or images.
public final class TarArrays: Dataset {
  /// [features], [steps of the longest sample, features] or [height, width, channels].
  public let inputShape: Shape
  /// A class, or a row of numbers.
  public var targetLayout: TargetLayout { samples.targets.layout }
  /// The classes' names; empty if targets are numbers.
  public var classNames: [String] { samples.classNames }
  /// The number of samples.
  public var count: Int { samples.count }
  /// The class of each sample; nil if targets are numbers.
  public var classes: [Int32]? { samples.classes }
  /// Whether samples differ in length.
  public let hasLengths: Bool
  /// True: samples are read from files.
  public let loadsAhead = true
  /// False: a sample is the same in every epoch.
  public let variesByEpoch = false
  /// Notices about the arrays.
  public var notices: [String] { [hints.ofImages].compactMap(\.self) }
  /// A hint that arrays may have another shape than intended; nil if nothing suggests it.
  package var shapeNotice: String? { hints.ofImages ?? (hasLengths ? nil : hints.ofSequences) }
  /// The samples of each tar file.
  public var fileRanges: [Range<Int>]? { samples.fileRanges }
  private let samples: TarSamples
  private var bytes: [UInt8] = []
  private var hints: ChannelHints {
    ChannelHints(array: samples.name(of: 0), shape: samples.shape(of: 0), isOfSamples: false)
  }

  /// The inputs of samples, which are arrays.
  /// - Throws: `Failure` (data) naming two whose shapes differ in more than the number of steps.
  public init(_ samples: TarSamples) throws {
    self.samples = samples
    let first = samples.shape(of: 0)
    var (longest, shortest) = (first[0], first[0])
    for index in 0..<samples.count {
      let shape = samples.shape(of: index)
      guard shape.count == first.count, shape == first || shape.count == 2 && shape[1] == first[1] else {
        throw Failure(
          .data, "\(samples.name(of: index)) has the shape \(shape), \(samples.name(of: 0)) \(first)",
          advice: "all inputs must have one shape; only the steps of sequences may differ")
      }
      (longest, shortest) = (max(longest, shape[0]), min(shortest, shape[0]))
    }
    hasLengths = longest > shortest
    inputShape = Shape([longest] + first.dropFirst())
  }

  /// The sample's own number of steps.
  public func length(of index: Int) -> Int { inputShape.isSequence ? samples.shape(of: index)[0] : 1 }

  /// The tar file and the name in it.
  public func place(of index: Int) -> String { samples.name(of: index) }

  /// The tar file and the name in it.
  public func text(of index: Int) -> String { samples.name(of: index) }

  /// Asks for arrays.
  public func expect(_ indices: [Int]) { samples.files.expect(indices.lazy.map { [samples] in samples.places[$0] }) }

  /// Reads samples.
  /// - Throws: `Failure` (noInput, data, inputOutput) naming what cannot be read.
  public func load(epoch: Int, indices: UnsafeBufferPointer<Int>, into batch: Batch) throws {
    expect(Array(indices))
    batch.resize(count: indices.count) { length(of: indices[$0]) }
    for (place, index) in indices.enumerated() {
      let name = samples.name(of: index)
      try samples.files.read(samples.places[index], into: &bytes)
      let array = try NPYArray(bytes: bytes, source: name)
      guard array.shape == samples.shape(of: index) else {
        throw Failure(.data, "\(name) has the shape \(array.shape), and had another when it was indexed")
      }
      try array.write(to: batch, at: place, name: name)
      samples.targets.write(index, to: batch, at: place)
    }
  }
}

extension NPYArray {
  /// Writes the array to a place of a batch.
  /// - Throws: `Failure` (data) if a number is not finite.
  fileprivate func write(to batch: Batch, at place: Int, name: String) throws {
    let values = floats()
    guard values.allSatisfy(\.isFinite) else {
      throw Failure(
        .data, "\(name) holds a number that is not finite as float32", advice: "every number must be finite")
    }
    let steps = shape.count == 2 ? shape[0] : 1
    let width = values.count / steps
    values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      for step in 0..<steps {
        batch.view.row(step: step, sample: place).floats.update(from: base + step * width, count: width)
      }
    }
  }
}

/// Reads inputs from `.npy` files, one sample in each.
public struct TarArrayReader: InputReader {
  private let facts: DataFacts

  /// The ending of arrays.
  public let fileEndings = ["npy"]

  /// A reader of samples with the shape of the training samples, but any number of steps.
  public init(_ facts: DataFacts) { self.facts = facts }

  /// Reads the sample of a file.
  /// - Throws: `Failure` (noInput, data) naming what is wrong with the file.
  public func samples(_ input: String) throws -> any Dataset {
    let array = try NPYArray(contentsOf: input)
    let (shape, trained) = (Shape(array.shape.isEmpty ? [1] : array.shape), Shape(facts.inputShape))
    guard array.shape.count == facts.inputShape.count, !array.shape.contains(0), shape.isAlike(trained) else {
      throw Failure(
        .data, "\(input): the array has the shape \(array.shape)",
        advice: "the run was trained on samples of \(facts.inputShape), one in each file")
    }
    return SingleInput(shape: shape, length: facts.hasLengths == true ? shape.steps : nil) { batch, place in
      try array.write(to: batch, at: place, name: input)
    }
  }
}
