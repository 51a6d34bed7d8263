import Tensors

/// How a parameter's values are drawn before training.
public enum Initialization: Sendable {
  /// Uniform in ±bound; PyTorch's default for recurrent and linear layers with bound = 1/√fan.
  case uniform(bound: Float)

  /// Fills `values` for the parameter with this index in its model; a function of (seed, index, element) alone.
  func fill(_ values: UnsafeMutableBufferPointer<Float>, seed: UInt64, index: Int) {
    let random = Philox(seed: seed, purpose: .initialization)
    switch self {
    case .uniform(let bound):
      for element in values.indices {
        values[element] = (2 * random.uniform(sample: index, element: element) - 1) * bound
      }
    }
  }
}
