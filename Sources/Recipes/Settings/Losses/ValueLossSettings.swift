/// Names the binary cross-entropy.
public enum BinaryCrossEntropyName: PlainName {
  /// The recipe's name.
  public static let name = "binary-cross-entropy"
  /// What it is.
  public static let doc = "the cross-entropy of single events, each with a logit and a target from 0 to 1"
}

/// Names the mean of squared differences.
public enum SquaredName: PlainName {
  /// The recipe's name.
  public static let name = "mse"
  /// What it is.
  public static let doc = "the mean of squared differences from numbers"
}

/// Names the mean of absolute differences.
public enum AbsoluteName: PlainName {
  /// The recipe's name.
  public static let name = "l1"
  /// What it is.
  public static let doc = "the mean of absolute differences from numbers"
}

/// Huber's loss (1964).
public struct HuberSettings: Equatable, Sendable {
  /// The difference from which on the loss is a straight line.
  public var delta = 1.0

  /// Every default.
  public init() {}
}

extension HuberSettings: VariantSettings {
  static let name = "huber"
  static let doc = "half the square of small differences, delta times large ones"

  static let fields: [Field<HuberSettings>] = [
    Field("delta", \.delta, .number(.above(0)), "the difference from which on the loss is a straight line")
  ]
}

/// Huber's loss divided by its delta (Girshick 2015).
public struct SmoothAbsoluteSettings: Equatable, Sendable {
  /// The difference from which on the loss is a straight line.
  public var beta = 1.0

  /// Every default.
  public init() {}
}

extension SmoothAbsoluteSettings: VariantSettings {
  static let name = "smooth-l1"
  static let doc = "absolute differences, rounded off where smaller than beta"

  static let fields: [Field<SmoothAbsoluteSettings>] = [
    Field("beta", \.beta, .number(.above(0)), "the difference from which on the loss is a straight line")
  ]
}
