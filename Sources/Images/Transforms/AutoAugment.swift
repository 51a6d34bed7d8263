/// Applies two operations of a learned policy: AutoAugment (Cubuk et al. 2018, arXiv 1805.09501).
public struct AutoAugment: Transform {
  /// What a policy was learned on.
  public enum Policy: String, Sendable, CaseIterable {
    /// Photographs of 1000 classes.
    case imagenet
    /// Small pictures of 10 classes.
    case cifar10
    /// Digits of house numbers.
    case svhn
  }

  /// A pair of steps, and the chances of both.
  public struct Parameters: Sendable {
    let pair: Int
    let chances: SIMD2<Double>
    let signs: SIMD2<Double>
  }

  /// The name in recipes.
  public static let name = "auto-augment"
  /// False.
  public let isDeterministic = false
  /// The policy.
  public let policy: Policy
  private let steps: [(PolicyStep, PolicyStep)]
  private let style: OperationStyle

  /// Takes a policy; how rotations and the like interpolate, and the colour with which they fill, from 0 to 1.
  public init(policy: Policy = .imagenet, interpolation: Interpolation = .nearest, fill: SIMD3<Double> = .zero) {
    self.policy = policy
    steps = policy.steps
    style = OperationStyle(interpolation: interpolation, fill: fill)
  }

  /// Draws a pair, chances and signs, all uniform.
  public func draw(size: ImageSize, random: TransformRandom) -> Parameters {
    func sign(_ element: Int) -> Double { random.integer(element, in: 0...1) == 0 ? -1 : 1 }
    return Parameters(
      pair: random.integer(0, in: 0...steps.count - 1),
      chances: SIMD2(random.uniform(1, in: 0...1), random.uniform(2, in: 0...1)), signs: SIMD2(sign(3), sign(4)))
  }

  /// Applies those steps of the pair whose probability is above their chance.
  public func apply(_ parameters: Parameters, to canvas: Canvas) throws {
    let (first, second) = steps[parameters.pair]
    try apply(first, parameters.chances.x, parameters.signs.x, to: canvas)
    try apply(second, parameters.chances.y, parameters.signs.y, to: canvas)
  }

  private func apply(_ step: PolicyStep, _ chance: Double, _ sign: Double, to canvas: Canvas) throws {
    guard chance < step.probability else { return }
    try canvas.apply(step.operation, bin: step.magnitude, of: 10, in: .usual, isNegative: sign < 0, style)
  }
}
