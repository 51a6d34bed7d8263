import Diagnostics

extension ValueType<ClosedRange<Double>> {
  /// Two numbers within `bounds` as `[least, most]`, or one number within `singleBounds` and what it stands for.
  static func interval(
    _ bounds: Bounds<Double> = .any, single singleBounds: Bounds<Double>,
    _ standsFor: @escaping @Sendable (Double) -> ClosedRange<Double>
  ) -> ValueType {
    let shape: ValueShape = .interval(range: bounds.range)
    let end = ValueType<Double>.number(bounds)
    return ValueType {
      shape
    } read: { node, path, _ in
      switch node.content {
      case .scalar(_, isQuoted: false):
        do {
          return standsFor(try ValueType<Double>.number(singleBounds).read(node, path, nil))
        } catch let failure as Failure
          where failure == ValueType<Double>.mismatch(node, path, .number(range: singleBounds.range))
        {
          throw mismatch(node, path, shape)
        }
      case .list(let ends) where ends.count == 2:
        let least = try end.read(ends[0], "\(path).0", nil)
        let most = try end.read(ends[1], "\(path).1", nil)
        guard least <= most else {
          throw node.place.failure(
            "\(path) must be [least, most], but \(least.recipeText) is more than \(most.recipeText)")
        }
        return least...most
      default:
        throw mismatch(node, path, shape)
      }
    } write: {
      .list([.scalar($0.lowerBound.recipeText), .scalar($0.upperBound.recipeText)])
    }
  }

  /// Two numbers within `bounds`, or one that is both.
  static func interval(_ bounds: Bounds<Double>) -> ValueType {
    interval(bounds, single: bounds) { $0...$0 }
  }
}
