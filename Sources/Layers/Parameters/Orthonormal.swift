/// The orthonormal factor of a row-major matrix with `rows` rows: Q of its QR decomposition with a positive diagonal of R. If
/// it has fewer rows than columns, that of its transpose, transposed back.
///
/// Gram–Schmidt in double precision, each vector twice (Giraud, Langou & Rozložník 2005), in a fixed order.
func orthonormal(_ matrix: [Double], rows: Int) -> [Double] {
  let columns = matrix.count / rows
  let (count, length) = rows >= columns ? (columns, rows) : (rows, columns)
  let (step, along) = rows >= columns ? (1, columns) : (columns, 1)
  var done: [Vector] = []
  for index in 0..<count {
    var vector = Vector((0..<length).map { matrix[index * step + $0 * along] })
    for _ in 0..<2 {
      for other in done { vector.add(other, times: -vector.dot(other)) }
    }
    vector.divide(by: vector.dot(vector).squareRoot())
    done.append(vector)
  }
  var result = matrix
  for (index, vector) in done.enumerated() {
    for place in 0..<length { result[index * step + place * along] = vector[place] }
  }
  return result
}

/// A vector of doubles in eight lanes, so that sums are fast and have the same order on every machine.
private struct Vector {
  private var lanes: [SIMD8<Double>]

  init(_ values: [Double]) {
    lanes = stride(from: 0, to: values.count, by: 8).map { first in
      var lane = SIMD8<Double>()
      for place in first..<min(first + 8, values.count) { lane[place - first] = values[place] }
      return lane
    }
  }

  subscript(place: Int) -> Double { lanes[place / 8][place % 8] }

  func dot(_ other: Vector) -> Double {
    var sums = SIMD8<Double>()
    for index in lanes.indices { sums += lanes[index] * other.lanes[index] }
    return (0..<8).reduce(0) { $0 + sums[$1] }
  }

  mutating func add(_ other: Vector, times factor: Double) {
    for index in lanes.indices { lanes[index] += factor * other.lanes[index] }
  }

  mutating func divide(by divisor: Double) {
    for index in lanes.indices { lanes[index] /= divisor }
  }
}
