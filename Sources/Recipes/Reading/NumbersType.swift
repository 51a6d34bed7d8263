import Diagnostics

extension ValueType<[Double]> {
  /// One number within `bounds`, or several in one of these forms, such as `[red, green, blue]`.
  static func numbers(_ bounds: Bounds<Double> = .any, forms: [String]) -> ValueType {
    let shape = ValueShape.numbers(range: bounds.range, forms: forms, words: [])
    let counts = forms.map { $0.count { $0 == "," } + 1 }
    let number = ValueType<Double>.number(bounds)
    return ValueType {
      shape
    } read: { node, path, _ in
      switch node.content {
      case .scalar(_, isQuoted: false):
        do {
          return [try number.read(node, path, nil)]
        } catch let failure as Failure where failure == ValueType<Double>.mismatch(node, path, number.shape()) {
          throw mismatch(node, path, shape)
        }
      case .list(let items) where counts.contains(items.count):
        return try items.enumerated().map { try number.read($1, "\(path).\($0)", nil) }
      default:
        throw mismatch(node, path, shape)
      }
    } write: { values in
      let texts = values.map { YAMLOutput.scalar($0.recipeText) }
      return texts.count == 1 ? texts[0] : .list(texts)
    }
  }

  /// A colour: a level from 0 to 255, or one each for red, green and blue.
  static var color: ValueType { numbers(.from(0, through: 255), forms: ["[red, green, blue]"]) }
}

extension [Double] {
  /// The colour with these levels from 0 to 255: one for all channels, or three; as numbers from 0 to 1.
  var color: SIMD3<Double> { channels / 255 }

  /// One number for each of three channels, or for all.
  var channels: SIMD3<Double> { count == 3 ? SIMD3(self[0], self[1], self[2]) : SIMD3(repeating: self[0]) }

  /// Two numbers, or one for both.
  var pair: SIMD2<Double> { SIMD2(self[0], self[count - 1]) }
}
