/// Central differences of a scalar function, in double precision.
public func finiteDifferences(at point: [Double], step: Double = 1e-5, _ function: ([Double]) -> Double) -> [Double] {
  var moved = point
  return point.indices.map { index in
    moved[index] = point[index] + step
    let above = function(moved)
    moved[index] = point[index] - step
    let below = function(moved)
    moved[index] = point[index]
    return (above - below) / (2 * step)
  }
}

/// The largest difference of two lists relative to the larger one's greatest magnitude.
public func relativeDifference(_ a: [Float], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  let scale = max(b.map(\.magnitude).max() ?? 0, 1e-12)
  return zip(a, b).map { (Double($0) - $1).magnitude / scale }.max() ?? 0
}
