import Diagnostics
import Layers

extension ValueType<ClosedRange<Double>> {
  /// Two numbers within `bounds` as `[least, most]`; or one number within `singleBounds`, which `expand` turns into
  /// two.
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

  /// Two numbers within `bounds`, or one for both.
  static func interval(_ bounds: Bounds<Double>) -> ValueType {
    interval(bounds, single: bounds) { $0...$0 }
  }
}

extension ValueType<ClosedRange<Int>> {
  /// A range of whole numbers, `15-25`, or one number, `15`.
  static func range(from least: Int, through most: Int) -> ValueType {
    let rule = "a whole number, or two such as \(least + 1)-\(least + 5) for all between"
    let shape = ValueShape.text(rule: "\(rule); from \(least) to \(most)", pattern: "[0-9]+(-[0-9]+)?")
    return ValueType {
      shape
    } read: { node, path, _ in
      let numbers = (node.text ?? "").split(separator: "-", omittingEmptySubsequences: false).map {
        $0.allSatisfy(\.isASCII) ? Int($0) : nil
      }
      guard (1...2).contains(numbers.count), let first = numbers[0], let last = numbers[numbers.count - 1] else {
        throw node.place.failure("\(path) must be \(rule), not \(node.named)")
      }
      guard first <= last else {
        throw node.place.failure("\(path) must begin with the smaller number, not \(node.named)")
      }
      guard first >= least, last <= most else {
        throw node.place.failure("\(path) must be from \(least) to \(most), not \(node.named)")
      }
      return first...last
    } write: {
      .scalar($0.count == 1 ? String($0.lowerBound) : "\($0.lowerBound)-\($0.upperBound)")
    }
  }
}

extension ValueType<Window.Extent> {
  /// A height and width: one whole number for both, or `[height, width]`.
  static func extent(_ bounds: Bounds<Int>) -> ValueType {
    let shape: ValueShape = .pair(range: bounds.range)
    let side = ValueType<Int>.number(bounds)
    return ValueType {
      shape
    } read: { node, path, _ in
      switch node.content {
      case .scalar(_, isQuoted: false):
        return Window.Extent(try side.read(node, path, nil))
      case .list(let sides) where sides.count == 2:
        return Window.Extent(
          height: try side.read(sides[0], "\(path).0", nil), width: try side.read(sides[1], "\(path).1", nil))
      default:
        throw mismatch(node, path, shape)
      }
    } write: { value in
      value.height == value.width
        ? .scalar(String(value.height)) : .list([.scalar(String(value.height)), .scalar(String(value.width))])
    }
  }
}

extension ValueType<Window.StepPadding> {
  /// The zeros at both ends of a sequence, or a word for them.
  static var stepPadding: ValueType {
    let words: KeyValuePairs<String, Window.StepPadding> = ["same": .same, "causal": .causal]
    let number = ValueType<Int>.number(.atLeast(0))
    let shape = ValueShape.wholeOrChoice(range: Bounds<Int>.atLeast(0).range, words.map(\.key))
    return ValueType {
      shape
    } read: { node, path, current in
      if let word = words.first(where: { $0.key == node.text }) { return word.value }
      do {
        return .zeros(try number.read(node, path, nil))
      } catch let failure as Failure where failure == mismatch(node, path, number.shape()) {
        throw mismatch(node, path, shape)
      }
    } write: { value in
      if case .zeros(let count) = value { return .scalar(count.recipeText) }
      return .scalar(words.first { $0.value == value }?.key ?? "")
    }
  }
}

extension ValueType<Window.PixelPadding> {
  /// The zeros around an image, or `same`.
  static var pixelPadding: ValueType {
    let extent = ValueType<Window.Extent>.extent(.atLeast(0))
    let shape = ValueShape.pairOrChoice(range: Bounds<Int>.atLeast(0).range, ["same"])
    return ValueType {
      shape
    } read: { node, path, _ in
      if node.text == "same" { return .same }
      do {
        return .zeros(try extent.read(node, path, nil))
      } catch let failure as Failure
        where [extent.shape(), .whole(range: nil)].contains(where: { failure == mismatch(node, path, $0) })
      {
        throw mismatch(node, path, shape)
      }
    } write: { value in
      if case .zeros(let zeros) = value { return extent.write(zeros) }
      return .scalar("same")
    }
  }
}
