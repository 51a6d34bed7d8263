import Tensors

/// The values rounded to bfloat16.
public func roundedToBfloat16(_ values: [Float]) -> [Float] {
  var word: Float = 0
  return withUnsafeMutableBytes(of: &word) { bytes in
    guard let address = bytes.baseAddress else { return [] }
    let place = Values(address, .bfloat16)
    return values.map { value in
      place[0] = value
      return place[0]
    }
  }
}
