import Diagnostics
import Tensors

/// What people need to know of data before they train on it, found by reading each sample once.
///
/// The samples of each part are those that evaluations take, without random transforms. Only one batch is in memory at a
/// time, besides what the data set itself keeps, a hash of each sample, and a few numbers for each class and feature.
package struct DataStatistics: Sendable {
  /// The most samples of a part that are read if the user does not say how many.
  package static let usualSamples = 100_000
  private static let (batchSamples, batchValues) = (64, 1 << 22)

  /// The parts that exist.
  package let parts: [PartStatistics]
  /// The classes' names; empty if targets are numbers.
  package let classNames: [String]
  /// The names of a target's numbers; empty if they have none.
  package let targetNames: [String]
  /// The form of one sample's target.
  package let targets: TargetLayout
  /// The names of the input columns; nil if they have none.
  package let columns: [String]?
  /// The characters of texts, each of which is a feature; nil if inputs are not texts.
  package let alphabet: [Unicode.Scalar]?
  /// The copies among the samples that were read.
  package let copies: SampleCopies

  /// Reads the parts of the data, of each at most `limit` samples, which are evenly spaced.
  /// - Throws: `Failure` if a sample cannot be read, or there is not enough memory.
  package init(_ splits: DataSplits, limit: Int = usualSamples) throws {
    let facts = splits.training.facts
    (classNames, targetNames) = (splits.training.classNames, splits.training.targetNames)
    targets = splits.training.targetLayout
    columns = facts.columns
    alphabet = facts.alphabet.map { Array($0.unicodeScalars) }
    var (parts, copies) = ([PartStatistics](), SampleCopies())
    let all = splits.all.reduce(0) { $0 + min($1.data.count, limit) }
    let work = LongWork("reading the samples", total: all)
    var (done, scratch) = (0, [Float]())
    for (split, _) in splits.all {
      guard let data = splits.measured(split) else { continue }
      var part = PartStatistics(data, of: split, limit: limit, classes: classNames.count)
      let capacity = max(1, min(Self.batchSamples, part.examined, Self.batchValues / data.inputShape.count))
      let batch = try Batch(for: data, capacity: capacity)
      var indices: [Int] = []
      func load() throws {
        guard !indices.isEmpty else { return }
        try indices.withUnsafeBufferPointer { try data.load(epoch: 0, indices: $0, into: batch) }
        part.add(batch, scratch: &scratch) { place, inputs, label in
          copies.add(inputs, label: label, at: SampleCopies.Place(split: split, index: indices[place]))
        }
        done += indices.count
        indices.removeAll(keepingCapacity: true)
        work.show(done: done)
      }
      for index in part.indices {
        indices.append(index)
        if indices.count == capacity { try load() }
      }
      try load()
      parts.append(part)
    }
    copies.finish()
    self.parts = parts
    self.copies = copies
  }

  /// A part; nil if there is none.
  package subscript(_ split: Split) -> PartStatistics? { parts.first { $0.split == split } }

  /// The name of a target's number, or its index as that of an output.
  package func name(ofOutput output: Int) -> String {
    output < targetNames.count ? targetNames[output] : "output \(output)"
  }

  /// The name of an input's feature: its column's, its character, or its number.
  package func name(ofFeature feature: Int) -> String {
    if let columns, feature < columns.count { return columns[feature] }
    // A feature may also be the letter's index.
    if let alphabet, alphabet.count == parts.first?.inputs.count { return "\"\(alphabet[feature])\"" }
    return parts.first?.shape.isImage == true ? "channel \(feature)" : "feature \(feature)"
  }
}
