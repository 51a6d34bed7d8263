/// The mean and the standard deviation of a sample.
struct Moments {
  let mean, deviation: Double

  /// Of the values that are there; nil if there is none.
  init?(_ values: [Double?]) {
    let known = values.compactMap(\.self)
    guard !known.isEmpty else { return nil }
    let mean = known.reduce(0, +) / Double(known.count)
    self.mean = mean
    deviation =
      known.count > 1
      ? (known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(known.count - 1)).squareRoot() : 0
  }
}
