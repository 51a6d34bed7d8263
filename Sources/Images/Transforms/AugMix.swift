import Tensors

/// Mixes an image with several chains of random operations on it: AugMix (Hendrycks et al. 2019, arXiv 1912.02781).
public struct AugMix: Transform {
  /// The shares of the mixture, and the random numbers of the chains.
  public struct Mixture: Sendable {
    /// The share of the image itself.
    let original: Double
    /// The share of each chain.
    let chains: SIMD16<Double>
    let random: TransformRandom
  }

  /// The name in recipes.
  public static let name = "augmix"
  /// False.
  public let isDeterministic = false
  /// The largest number of chains.
  public static let mostChains = SIMD16<Double>.scalarCount
  /// The largest number of operations of a chain.
  public static let mostOperations = 10
  /// The number of strengths, of which `severity` are used.
  public static let strengths = 10
  /// The number of strengths that are used, from the least.
  public let severity: Int
  /// The number of chains.
  public let chains: Int
  /// The number of operations of a chain; nil for 1 to 3 at random.
  public let depth: Int?
  /// The parameter of the distributions of shares.
  public let alpha: Double
  private let operations: [ImageOperation]
  private let style: OperationStyle

  /// Takes the number of strengths (1 to `strengths`), of chains (at most `mostChains`) and of a chain's operations (at most
  /// `mostOperations`); the parameter of the distributions of shares; whether operations also change brightness, colour,
  /// contrast and sharpness; how rotations and the like interpolate, and the colour with which they fill, from 0 to 1.
  public init(
    severity: Int = 3, chains: Int = 3, depth: Int? = nil, alpha: Double = 1, allOperations: Bool = true,
    interpolation: Interpolation = .bilinear, fill: SIMD3<Double> = .zero
  ) {
    precondition(
      severity <= Self.strengths && chains <= Self.mostChains && depth ?? 1 <= Self.mostOperations,
      "too many strengths, chains or operations")
    (self.severity, self.chains, self.depth, self.alpha) = (severity, chains, depth, alpha)
    operations = ImageOperation.allCases.filter {
      switch $0 {
      case .identity, .invert: false
      case .brightness, .color, .contrast, .sharpness: allOperations
      default: true
      }
    }
    style = OperationStyle(interpolation: interpolation, fill: fill)
  }

  /// Draws the share of the image itself from the beta distribution, and those of the chains among the rest from Dirichlet's,
  /// all with the parameter `alpha`.
  public func draw(size: ImageSize, random: TransformRandom) -> Mixture {
    var logarithms = SIMD16(repeating: -Double.infinity)
    for chain in 0..<chains { logarithms[chain] = random.logarithmOfGamma(chain, shape: alpha) }
    var weights = SIMD16<Double>.zero
    let most = logarithms.max()
    for chain in 0..<chains { weights[chain] = exponential(logarithms[chain] - most) }
    let first = random.logarithmOfGamma(chains, shape: alpha)
    let second = random.logarithmOfGamma(chains + 1, shape: alpha)
    let changed = 1 / (1 + exponential(first - second))
    return Mixture(original: 1 - changed, chains: weights * (changed / weights.sum()), random: random)
  }

  /// Mixes the image with its chains.
  public func apply(_ mixture: Mixture, to canvas: Canvas) throws {
    try canvas.beginMixture(mixture.original)
    for chain in 0..<chains {
      // A chain has a number for its length, and three for each operation.
      let first = chain * (1 + 3 * Self.mostOperations)
      for place in 0..<(depth ?? mixture.random.integer(first, in: 1...3)) {
        let element = first + 1 + 3 * place
        let operation = operations[mixture.random.integer(element, in: 0...operations.count - 1)]
        try canvas.apply(
          operation, bin: mixture.random.integer(element + 1, in: 0...severity - 1), of: Self.strengths, in: .mixed,
          isNegative: mixture.random.integer(element + 2, in: 0...1) == 1, style)
      }
      try canvas.addToMixture(mixture.chains[chain])
    }
    canvas.useMixture()
  }
}
