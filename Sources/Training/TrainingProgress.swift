/// The progress of a training. Together with the model's and the optimizer's values it determines all further steps.
public struct TrainingProgress: Codable, Equatable, Sendable {
  /// The number of steps done.
  public var step = 0
  /// The current epoch, from 0.
  public var epoch = 0
  /// The number of samples done in the epoch.
  public var position = 0
  /// The sums over the epoch so far.
  public var totals = EpochTotals()
  /// The last evaluation during the training.
  public var evaluation: EvaluationReport?
  /// The wait for an improvement that ends training early.
  public var patience = Patience()
  /// The values of `TrainingSettings.evaluateEvery` in the epochs so far, each once; nil in checkpoints of former versions.
  public internal(set) var evaluateEvery: [Int]?
  /// The search for unusual steps; nil if no tensors are recorded.
  var unusualSteps: UnusualSteps?
  /// The search for gradients to shorten; nil if none are shortened.
  var shortening: GradientShortening?

  /// The progress before the first step.
  public init() {}

  /// The number of epochs begun.
  package var epochs: Int { epoch + (position > 0 ? 1 : 0) }

  /// Checkpoints of former versions only have the sum of the epoch's losses.
  private enum FormerKey: String, CodingKey {
    case epochLoss
  }

  /// Reads the progress from a checkpoint, also of former versions.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    step = try values.decode(Int.self, forKey: .step)
    epoch = try values.decode(Int.self, forKey: .epoch)
    position = try values.decode(Int.self, forKey: .position)
    evaluation = try values.decodeIfPresent(EvaluationReport.self, forKey: .evaluation)
    patience = try values.decodeIfPresent(Patience.self, forKey: .patience) ?? Patience()
    evaluateEvery = try values.decodeIfPresent([Int].self, forKey: .evaluateEvery)
    unusualSteps = try values.decodeIfPresent(UnusualSteps.self, forKey: .unusualSteps)
    shortening = try values.decodeIfPresent(GradientShortening.self, forKey: .shortening)
    if let totals = try values.decodeIfPresent(EpochTotals.self, forKey: .totals) {
      self.totals = totals
    } else {
      let former = try decoder.container(keyedBy: FormerKey.self)
      totals = EpochTotals(samples: position, loss: try former.decode(Double.self, forKey: .epochLoss))
    }
  }
}
