/// How far a training is: with the model's and the optimizer's values, all that its future depends on.
public struct TrainingProgress: Codable, Equatable, Sendable {
  /// Steps done.
  public var step = 0
  /// The epoch under way, from 0.
  public var epoch = 0
  /// Samples of the epoch's order that are done.
  public var position = 0
  /// Sum of the epoch's losses so far, each mean times its samples.
  public var epochLoss = 0.0
  /// The last evaluation in the course of training.
  public var evaluation: EvaluationReport?

  /// Nothing done.
  public init() {}
}
