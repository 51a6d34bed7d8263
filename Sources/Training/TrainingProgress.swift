/// How far a training is: with the model's and the optimizer's values, all that its future depends on.
public struct TrainingProgress: Codable, Equatable, Sendable {
  /// Steps done.
  public var step = 0
  /// The epoch under way, from 0.
  public var epoch = 0
  /// Samples of the epoch's order that are done.
  public var position = 0
  /// The sums over the epoch so far.
  public var totals = EpochTotals()
  /// The last evaluation in the course of training.
  public var evaluation: EvaluationReport?
  /// What is known of the steps so far, to find unusual ones by; nil where no step's tensors are recorded.
  var unusualSteps: UnusualSteps?

  /// Nothing done.
  public init() {}

  /// Checkpoints of former versions know the sum of the epoch's losses alone.
  private enum FormerKey: String, CodingKey {
    case epochLoss
  }

  /// Reads what a checkpoint says, of former versions, too.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    step = try values.decode(Int.self, forKey: .step)
    epoch = try values.decode(Int.self, forKey: .epoch)
    position = try values.decode(Int.self, forKey: .position)
    evaluation = try values.decodeIfPresent(EvaluationReport.self, forKey: .evaluation)
    unusualSteps = try values.decodeIfPresent(UnusualSteps.self, forKey: .unusualSteps)
    if let totals = try values.decodeIfPresent(EpochTotals.self, forKey: .totals) {
      self.totals = totals
    } else {
      let former = try decoder.container(keyedBy: FormerKey.self)
      totals = EpochTotals(samples: position, loss: try former.decode(Double.self, forKey: .epochLoss))
    }
  }
}
