/// How a parameter's values lie here, and how PyTorch has them: PyTorch's shape split into extents, in another order.
struct ParameterLayout {
  /// An axis of the layout here: its extent, and the distance in PyTorch's layout from one of its places to the next.
  private struct Axis {
    var extent: Int
    var stride: Int
  }

  /// The axes of the layout here, outermost first. Those that lie behind each other in both layouts are one.
  private let axes: [Axis]

  /// `factors` are extents whose product is the number of values; `axes` is their order here, outermost first.
  init(factors: [Int], axes order: [Int]) {
    var strides = [Int](repeating: 1, count: factors.count)
    for axis in factors.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * factors[axis + 1] }
    var axes: [Axis] = []
    for axis in order where factors[axis] != 1 {
      let next = Axis(extent: factors[axis], stride: strides[axis])
      if let last = axes.last, last.stride == next.extent * next.stride {
        axes[axes.count - 1] = Axis(extent: last.extent * next.extent, stride: next.stride)
      } else {
        axes.append(next)
      }
    }
    self.axes = axes
  }

  /// Whether it is PyTorch's layout.
  var isPyTorch: Bool { axes.isEmpty || axes.count == 1 && axes[0].stride == 1 }

  /// Copies values from PyTorch's layout to the one here.
  func copy(fromPyTorch source: UnsafePointer<Float>, to result: UnsafeMutablePointer<Float>) {
    forEachRow { first, place, count, stride in
      for index in 0..<count { result[first + index] = source[place + index * stride] }
    }
  }

  /// Copies values from the layout here to PyTorch's.
  func copy(_ source: UnsafePointer<Float>, toPyTorch result: UnsafeMutablePointer<Float>) {
    forEachRow { first, place, count, stride in
      for index in 0..<count { result[place + index * stride] = source[first + index] }
    }
  }

  /// Calls `body` with each row along the innermost axis: its first index here, its first index in PyTorch's layout, its number
  /// of values, and their distance there.
  @inline(__always)
  private func forEachRow(_ body: (_ first: Int, _ place: Int, _ count: Int, _ stride: Int) -> Void) {
    guard let inner = axes.last else { return body(0, 0, 1, 1) }
    let outer = axes.dropLast()
    guard inner.extent > 0, outer.allSatisfy({ $0.extent > 0 }) else { return }
    var position = [Int](repeating: 0, count: outer.count)
    var (first, place) = (0, 0)
    while true {
      body(first, place, inner.extent, inner.stride)
      first += inner.extent
      var axis = outer.count - 1
      while axis >= 0 {
        position[axis] += 1
        place += axes[axis].stride
        if position[axis] < axes[axis].extent { break }
        place -= axes[axis].stride * axes[axis].extent
        position[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}
