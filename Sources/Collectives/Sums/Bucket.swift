/// A range of the vector that is added up by itself as soon as it is written.
///
/// A bucket is cut into stripes, each of which one rank of every machine adds up and sends; a stripe is cut into pieces,
/// one for each machine.
struct Bucket {
  /// Elements that travel alike, and how.
  struct Section {
    /// The elements, whole cache lines.
    let elements: Range<Int>
    /// Buckets, stripes and pieces start at multiples of this number of elements.
    let grain: Int
    let isCompressed: Bool
    let isScattered: Bool
  }

  /// The least bytes that are worth another rank's help.
  private static let stripeBytes = 4 << 10

  /// Its elements, whole cache lines.
  let elements: Range<Int>
  /// Its stripes, in ascending order.
  let stripes: [Range<Int>]
  /// Whether stripes travel whole, so that few messages do; else each machine adds up a piece of them.
  let isShort: Bool
  /// Whether the status words travel with it; it is the last one then.
  let carriesStatus: Bool
  /// Whether it is rounded; it is long then.
  let isCompressed: Bool
  /// Whether each rank gets the sum of its own piece alone; it is long then.
  let isScattered: Bool
  private let grain: Int

  /// A bucket of some elements of a section, cut into at most `ranks` stripes. Up to `shortLimit` bytes are short; without a
  /// limit, on one machine, no bucket is.
  init(_ elements: Range<Int>, of section: Section, ranks: Int, shortLimit: Int?) {
    let bytes = elements.count * floatSize
    self.elements = elements
    grain = section.grain
    stripes = elements.divided(into: min(ranks, max(1, bytes / Self.stripeBytes)), grain: grain)
    (isCompressed, isScattered) = (section.isCompressed, section.isScattered)
    isShort = !isCompressed && !isScattered && shortLimit.map { bytes <= $0 } ?? false
    carriesStatus = elements.lowerBound == 0 && !isScattered && (shortLimit == nil || isShort)
  }

  /// A bucket for the status words alone.
  init() {
    (elements, stripes, grain) = (0..<0, [0..<0], 1)
    (isShort, carriesStatus, isCompressed, isScattered) = (true, true, false, false)
  }

  /// The place, among a machine's ranks, of the one that adds up a stripe.
  func owner(ofStripe stripe: Int, ranks: Int) -> Int { stripe * ranks / stripes.count }

  /// The stripe that the rank at a place adds up, if any.
  func stripe(at place: Int, ranks: Int) -> Int? {
    stripes.indices.first { owner(ofStripe: $0, ranks: ranks) == place }
  }

  /// A stripe's pieces, one for each machine, which adds it up.
  func pieces(ofStripe stripe: Int, machines: Int) -> [Range<Int>] {
    stripes[stripe].divided(into: machines, grain: grain)
  }
}

extension ReductionPlan {
  /// Divides elements into buckets of about `bytes`, from the end on: a small one first, since the sooner something
  /// travels the better.
  ///
  /// A bucket starts at one of the boundaries, the last of several, if that makes it half to one and a half times as long:
  /// it then waits for nothing that is written after the elements behind the boundary. Buckets start at multiples of
  /// `grain`; the first may end between two.
  package static func divide(
    _ elements: Range<Int>, bytes: Int, boundaries: [Int] = [], grain: Int = ReductionPlan.grain
  ) -> [Range<Int>] {
    let size = max(1, bytes / (grain * floatSize))
    let first = elements.lowerBound / grain
    let cuts = boundaries.map { ($0 + grain - 1) / grain }
    var buckets: [Range<Int>] = []
    var end = (elements.upperBound + grain - 1) / grain
    while end > first {
      let wanted = buckets.isEmpty ? max(1, size / 4) : size
      let (least, most) = (max(1, wanted / 2), wanted + wanted / 2)
      let fitting = cuts.filter { $0 > first && $0 <= end - least && $0 >= end - most }
      let start = fitting.max() ?? max(first, end - wanted)
      buckets.append(start * grain..<min(end * grain, padded(elements.upperBound)))
      end = start
    }
    return buckets
  }
}

extension Range<Int> {
  /// Ranges of nearly equal length.
  func divided(into count: Int) -> [Range<Int>] {
    (0..<count).map { lowerBound + self.count * $0 / count..<lowerBound + self.count * ($0 + 1) / count }
  }

  /// Elements that begin at a multiple of `grain`, divided at multiples of it.
  func divided(into count: Int, grain: Int) -> [Range<Int>] {
    (lowerBound / grain..<(upperBound + grain - 1) / grain).divided(into: count).map {
      Swift.min($0.lowerBound * grain, upperBound)..<Swift.min($0.upperBound * grain, upperBound)
    }
  }
}
