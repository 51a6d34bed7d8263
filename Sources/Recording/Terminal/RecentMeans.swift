/// Means of loss and accuracy over the steps since the last line.
struct RecentMeans {
  private var losses = (sum: 0.0, samples: 0)
  private var rights = (sum: 0.0, samples: 0)
  /// The loss of the last step, in case no loss is finite.
  private var lastLoss = 0.0

  /// Adds a step of `samples` samples. A loss that is not finite, as in a skipped step, is left out.
  mutating func add(loss: Double, accuracy: Double?, samples: Int = 1) {
    lastLoss = loss
    guard loss.isFinite else { return }
    losses = (losses.sum + loss * Double(samples), losses.samples + samples)
    if let accuracy { rights = (rights.sum + accuracy * Double(samples), rights.samples + samples) }
  }

  /// The mean loss; the last one if none is finite.
  var loss: Double { losses.samples > 0 ? losses.sum / Double(losses.samples) : lastLoss }

  /// The mean accuracy; nil if steps have none.
  var accuracy: Double? { rights.samples > 0 ? rights.sum / Double(rights.samples) : nil }
}
