import Collectives
import Diagnostics
import Layers
import Tensors

/// Compares all ranks' parameters, which must have the same bits at every step.
struct ParameterDigest {
  let model: Model
  let communicator: any Communicator

  /// A hash of every bit of every parameter and buffer: a whole number of 53 bits, exact in a status word.
  var word: Double {
    get throws {
      let vectors = [try model.weights.values, model.weights.bufferValues]
      let hash = vectors.reduce(UInt64(0)) { ParameterDigest.hash($1.floats, from: $0) }
      return Double(hash >> 11)
    }
  }

  /// The failure that names the first rank that differs from rank 0, and the parameter. Every rank calls it.
  func failure(step: Int) throws -> CommonFailure {
    let tensors = model.parameters + model.buffers
    let own = try tensors.map { ParameterDigest.hash(try model.weights.values(of: $0), from: 0) }
    let all = try communicator.gather(own)
    var place = "somewhere"
    search: for (index, tensor) in tensors.enumerated() {
      for rank in 1..<communicator.size where all[rank][index] != all[0][index] {
        place = "\(tensor.name) of rank \(rank)"
        break search
      }
    }
    return CommonFailure(
      Failure(
        .software,
        "before step \(step): the ranks' parameters differ; the first that differs from rank 0's is \(place)",
        advice:
          "a machine computes or remembers wrongly, or runs another program; resume without it from the last checkpoint"
      ))
  }

  /// A multiplicative hash in four independent chains, so that it runs at memory speed.
  private static func hash(_ floats: UnsafeMutableBufferPointer<Float>, from seed: UInt64) -> UInt64 {
    let prime: UInt64 = 0x9E37_79B9_7F4A_7C15
    var lanes = SIMD4<UInt64>(seed ^ 1, seed ^ 2, seed ^ 3, seed ^ 4)
    var index = 0
    while index + 4 <= floats.count {
      let bits = SIMD4<UInt64>(
        UInt64(floats[index].bitPattern), UInt64(floats[index + 1].bitPattern), UInt64(floats[index + 2].bitPattern),
        UInt64(floats[index + 3].bitPattern))
      lanes = (lanes ^ bits) &* prime
      lanes ^= lanes &>> 29
      index += 4
    }
    var hash = (0..<4).reduce(UInt64(floats.count)) { ($0 ^ lanes[$1]) &* prime }
    while index < floats.count {
      hash = (hash ^ UInt64(floats[index].bitPattern)) &* prime
      hash ^= hash >> 29
      index += 1
    }
    return hash ^ hash >> 32
  }
}
