import Layers

extension ValueType<Window.Extent> {
  /// One whole number for both sides, or two as `[height, width]`.
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
