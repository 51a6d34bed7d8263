/// A range of the vector that is summed by itself as soon as it is written.
///
/// A bucket is cut into stripes; one rank of every machine sums and sends a stripe. A stripe is cut into pieces, one for each
/// machine.
struct Bucket {
  /// Elements that travel in the same way.
  struct Section {
    /// The elements, whole cache lines.
    let elements: Range<Int>
    /// Buckets, stripes and pieces start at multiples of this number of elements.
    let grain: Int
    let isCompressed: Bool
    let isScattered: Bool
  }

  /// The smallest size of a stripe, in bytes, that pays for another rank's work.
  private static let stripeBytes = 4 << 10

  /// Its elements, whole cache lines.
  let elements: Range<Int>
  /// Its stripes, in ascending order.
  let stripes: [Range<Int>]
  /// Whether stripes travel whole, in few messages; otherwise each machine sums a piece of them.
  let isShort: Bool
  /// Whether the status words travel with it; only with the last bucket.
  let carriesStatus: Bool
  /// Whether it is rounded; then it is long.
  let isCompressed: Bool
  /// Whether each rank only gets the sum of its own piece; then it is long.
  let isScattered: Bool
  private let grain: Int

  /// A bucket of some elements of a section, cut into at most `ranks` stripes. It is short up to `shortLimit` bytes; never if
  /// that is nil, on one machine.
  init(_ elements: Range<Int>, of section: Section, ranks: Int, shortLimit: Int?) {
    let bytes = elements.count * floatSize
    self.elements = elements
    grain = section.grain
    stripes = elements.divided(into: min(ranks, max(1, bytes / Self.stripeBytes)), grain: grain)
    (isCompressed, isScattered) = (section.isCompressed, section.isScattered)
    isShort = !isCompressed && !isScattered && shortLimit.map { bytes <= $0 } ?? false
    carriesStatus = elements.lowerBound == 0 && !isScattered && (shortLimit == nil || isShort)
  }

  /// A bucket with only the status words.
  init() {
    (elements, stripes, grain) = (0..<0, [0..<0], 1)
    (isShort, carriesStatus, isCompressed, isScattered) = (true, true, false, false)
  }

  /// The place, among a machine's ranks, of the rank that sums a stripe.
  func owner(ofStripe stripe: Int, ranks: Int) -> Int { stripe * ranks / stripes.count }

  /// The stripe that the rank at a place sums, if any.
  func stripe(at place: Int, ranks: Int) -> Int? {
    stripes.indices.first { owner(ofStripe: $0, ranks: ranks) == place }
  }

  /// A stripe's pieces, one for each machine, which sums it.
  func pieces(ofStripe stripe: Int, machines: Int) -> [Range<Int>] {
    stripes[stripe].divided(into: machines, grain: grain)
  }
}

extension ReductionPlan {
  /// Divides elements into buckets of about `bytes`, from the end on. The first is small, so that sending starts early.
  ///
  /// A bucket starts at a boundary if that makes it half to one and a half times as long, at the last one of several. Then it
  /// does not wait for values that are written later. Buckets start at multiples of `grain`; the first may end between them.
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
  /// Divides the range into `count` ranges of nearly equal length.
  func divided(into count: Int) -> [Range<Int>] {
    (0..<count).map { lowerBound + self.count * $0 / count..<lowerBound + self.count * ($0 + 1) / count }
  }

  /// Divides the range at multiples of `grain`; it must start at one.
  func divided(into count: Int, grain: Int) -> [Range<Int>] {
    (lowerBound / grain..<(upperBound + grain - 1) / grain).divided(into: count).map {
      Swift.min($0.lowerBound * grain, upperBound)..<Swift.min($0.upperBound * grain, upperBound)
    }
  }
}
