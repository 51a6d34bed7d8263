/// The last values of a series, kept in ascending order. A NaN counts as infinite.
struct SortedWindow: Equatable, Codable {
  private let size: Int
  private var sorted: [Double] = []
  private var ring: [Double] = []
  private var oldest = 0

  /// A window of `size` values, initially empty.
  init(size: Int) {
    self.size = size
    sorted.reserveCapacity(size + 1)
    ring.reserveCapacity(size)
  }

  /// The number of values in the window.
  var count: Int { ring.count }
  /// Whether the window is full.
  var isFull: Bool { ring.count == size }

  /// Adds a value; it replaces the oldest if the window is full.
  mutating func append(_ value: Double) {
    let value = value.isNaN ? .infinity : value
    if isFull {
      sorted.remove(at: place(of: ring[oldest]))
      ring[oldest] = value
      oldest = (oldest + 1) % size
    } else {
      ring.append(value)
    }
    sorted.insert(value, at: place(of: value))
  }

  /// The middle value, the upper one of two.
  var median: Double { sorted[sorted.count / 2] }

  /// The median of the values' distances from their median, the upper one of two.
  var medianDeviation: Double {
    let median = median
    // The values nearest to the median are on both of its sides: take the next farther one until half of all are taken.
    var (low, high) = (sorted.count / 2 - 1, sorted.count / 2)
    var distance = 0.0
    for _ in 0...sorted.count / 2 {
      let below = low >= 0 ? Self.distance(sorted[low], median) : .infinity
      let above = high < sorted.count ? Self.distance(sorted[high], median) : .infinity
      if low >= 0, high >= sorted.count || below <= above {
        distance = below
        low -= 1
      } else {
        distance = above
        high += 1
      }
    }
    return distance
  }

  /// The distance of a value from the median; 0 for infinities of the same sign.
  private static func distance(_ value: Double, _ median: Double) -> Double {
    value == median ? 0 : (value - median).magnitude
  }

  /// A copy with its own memory.
  var copy: SortedWindow {
    var copy = SortedWindow(size: size)
    for value in ring[oldest...] + ring[..<oldest] { copy.append(value) }
    return copy
  }

  private enum CodingKeys: CodingKey {
    case size, values
  }

  /// Reads a window.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(size: max(1, try container.decode(Int.self, forKey: .size)))
    for value in try container.decode([Double].self, forKey: .values).suffix(size) { append(value) }
  }

  /// Writes the values from the oldest to the newest.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(size, forKey: .size)
    try container.encode(Array(ring[oldest...] + ring[..<oldest]), forKey: .values)
  }

  /// The first index whose value is not below this one.
  private func place(of value: Double) -> Int {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
