import Tensors

/// How a parameter's values are drawn before training.
public enum Initialization: Sendable {
  /// Uniform in ±bound; PyTorch's default for most layers with bound = 1/√fan.
  case uniform(bound: Float)
  /// One value everywhere.
  case constant(Float)

  /// `count` values in PyTorch's layout, for the parameter with this index in its model; a function of
  /// (seed, index, element) alone.
  func values(count: Int, seed: UInt64, index: Int) -> [Float] {
    let random = Philox(seed: seed, purpose: .initialization)
    switch self {
    case .uniform(let bound):
      return (0..<count).map { (2 * random.uniform(sample: index, element: $0) - 1) * bound }
    case .constant(let value):
      return Array(repeating: value, count: count)
    }
  }
}
