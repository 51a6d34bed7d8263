/// Samples whose inputs are those of an earlier sample, of the same part of the data or of another one.
///
/// Inputs are compared by 64 bits of hash: among ten million samples, two different ones are taken for copies with a
/// probability of 3 in a million.
package struct SampleCopies: Sendable {
  /// A sample of a part.
  package struct Place: Equatable, Sendable {
    /// The part.
    package let split: Split
    /// The index in the part.
    package let index: Int
  }

  /// A sample and the first one with the same inputs.
  package struct Pair: Equatable, Sendable {
    /// The first sample.
    package let first: Place
    /// The sample with the same inputs.
    package let copy: Place
  }

  /// The copies in a part of samples in a part.
  package struct Between: Equatable, Sendable {
    /// The part of the first samples.
    package let first: Split
    /// The part of the copies.
    package let second: Split
    /// The number of copies.
    package fileprivate(set) var count = 0
    /// The number of copies whose class is another one than the first sample's.
    package fileprivate(set) var contradictions = 0
    /// The first few.
    package fileprivate(set) var examples: [Pair] = []
    /// The first few whose class is another one.
    package fileprivate(set) var contradicting: [Pair] = []
  }

  private static let examples = 3

  private var known: [Int: (place: Place, label: Int32?)] = [:]
  /// What was found, by parts; only parts between which there are copies.
  package private(set) var found: [Between] = []

  /// Adds a sample with its class, if it has one.
  mutating func add(_ inputs: UnsafeBufferPointer<Float>, label: Int32?, at place: Place) {
    var hasher = Hasher()
    hasher.combine(inputs.count)
    hasher.combine(bytes: UnsafeRawBufferPointer(inputs))
    let hash = hasher.finalize()
    guard let first = known[hash] else {
      known[hash] = (place, label)
      return
    }
    let pair = Pair(first: first.place, copy: place)
    let number = found.firstIndex { $0.first == first.place.split && $0.second == place.split }
    if number == nil { found.append(Between(first: first.place.split, second: place.split)) }
    let last = number ?? found.count - 1
    found[last].count += 1
    if found[last].examples.count < Self.examples { found[last].examples.append(pair) }
    guard let label, let other = first.label, label != other else { return }
    found[last].contradictions += 1
    if found[last].contradicting.count < Self.examples { found[last].contradicting.append(pair) }
  }

  /// Forgets the samples, and keeps what was found.
  mutating func finish() { known = [:] }
}
