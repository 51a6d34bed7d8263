/// The values of a key as an axis shows them.
enum KeyValues {
  /// All are numbers.
  case numbers([Double], isLogarithmic: Bool)
  /// Not all are numbers: the different ones in alphabetical order, and the place of each value among them.
  case names([String], places: [Int])

  /// Of the values of some variants. `isLogarithmic`: they were drawn evenly in their logarithms.
  init(_ values: [String], isLogarithmic: Bool = false) {
    let numbers = values.compactMap { Double($0) }.filter(\.isFinite)
    if numbers.count == values.count {
      self = .numbers(numbers, isLogarithmic: isLogarithmic || KeyValues.areLogarithmic(numbers))
    } else {
      let names = Set(values).sorted()
      self = .names(names, places: values.map { names.firstIndex(of: $0) ?? 0 })
    }
  }

  /// Whether a logarithmic axis suits finite numbers: all are positive, and the greatest is many times the least.
  static func areLogarithmic(_ numbers: [Double]) -> Bool {
    guard let low = numbers.min(), let high = numbers.max() else { return false }
    return low > 0 && high >= 30 * low
  }
}
