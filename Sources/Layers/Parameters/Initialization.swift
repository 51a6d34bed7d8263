import Tensors

/// The distribution of a parameter's initial values.
///
/// Fans are those of PyTorch: for a shape [outputs, inputs, kernel...], fan-in is inputs · kernel..., and fan-out is
/// outputs · kernel....
public enum Initialization: Equatable, Sendable {
  /// The fan that a variance is made for.
  public enum Fan: String, CaseIterable, Sendable {
    /// Keeps the variance of activations in the forward pass.
    case fanIn = "fan-in"
    /// Keeps the variance of gradients in the backward pass.
    case fanOut = "fan-out"
  }

  /// Uniform in ±bound; PyTorch's default for most layers with bound = 1/√fan.
  case uniform(bound: Float)
  /// Normal numbers.
  case normal(mean: Float, deviation: Float)
  /// One value everywhere.
  case constant(Float)
  /// Uniform in ±gain · √(6 / (fan-in + fan-out)). Glorot & Bengio 2010.
  case xavierUniform(gain: Float)
  /// Normal, with the deviation gain · √(2 / (fan-in + fan-out)). Glorot & Bengio 2010.
  case xavierNormal(gain: Float)
  /// Uniform in ±gain · √(3 / fan); gain √2 fits ReLU. He, Zhang, Ren & Sun 2015.
  case kaimingUniform(fan: Fan, gain: Float)
  /// Normal, with the deviation gain / √fan; gain √2 fits ReLU. He, Zhang, Ren & Sun 2015.
  case kaimingNormal(fan: Fan, gain: Float)
  /// A matrix [outputs, all other extents] whose rows or columns, whichever are fewer, are orthogonal and have length gain.
  /// Saxe, McClelland & Ganguli 2014.
  case orthogonal(gain: Float)

  /// The gain √2 for layers followed by ReLU.
  public static let reluGain = Float(2).squareRoot()

  /// The initial values of the parameter at `index` in its model, in PyTorch's layout; a pure function of (seed, index,
  /// element).
  public func values(shape: [Int], seed: UInt64, index: Int) -> [Float] {
    let count = shape.reduce(1, *)
    return [Float](unsafeUninitializedCapacity: count) { values, initialized in
      fill(UnsafeMutableBufferPointer(rebasing: values[..<count]), shape: shape, seed: seed, index: index)
      initialized = count
    }
  }

  /// Writes these values.
  func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: [Int], seed: UInt64, index: Int) {
    let random = Philox(seed: seed, purpose: .initialization)
    func uniform(_ bound: Float) { random.fill(values, uniformWithin: bound, sample: index) }
    func normal(_ mean: Float, _ deviation: Float) {
      random.fill(values, normalAround: mean, deviation: deviation, sample: index)
    }
    let fans = Initialization.fans(shape)
    let sum = Float(fans.in + fans.out)
    func width(_ fan: Fan) -> Float { Float(fan == .fanIn ? fans.in : fans.out) }
    switch self {
    case .uniform(let bound): uniform(bound)
    case .normal(let mean, let deviation): normal(mean, deviation)
    case .constant(let value): values.initialize(repeating: value)
    case .xavierUniform(let gain): uniform(gain * (6 / sum).squareRoot())
    case .xavierNormal(let gain): normal(0, gain * (2 / sum).squareRoot())
    case .kaimingUniform(let fan, let gain): uniform(gain * (3 / width(fan)).squareRoot())
    case .kaimingNormal(let fan, let gain): normal(0, gain / width(fan).squareRoot())
    case .orthogonal(let gain):
      let rows = orthonormal(random.normals(count: values.count, sample: index), rows: shape.first ?? 1)
      for (place, value) in rows.enumerated() { values[place] = gain * Float(value) }
    }
  }

  private static func fans(_ shape: [Int]) -> (in: Int, out: Int) {
    guard shape.count > 1 else { return (shape.first ?? 1, shape.first ?? 1) }
    let kernel = shape.dropFirst(2).reduce(1, *)
    return (shape[1] * kernel, shape[0] * kernel)
  }
}
