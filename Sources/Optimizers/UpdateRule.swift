/// How updates of one parameter differ from those of the others.
public struct UpdateRule: Equatable, Sendable {
  /// The factor of the learning rate.
  public var rateFactor = 1.0
  /// The weight decay; nil for the optimizer's.
  public var weightDecay: Double?
  /// The number of steps before the parameter learns; `Int.max` if it never does. Its steps are counted from then on.
  public var start = 0

  /// A parameter without anything special.
  public init() {}
}
