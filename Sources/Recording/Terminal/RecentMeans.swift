/// Means of loss and accuracy over the steps since a line was shown.
struct RecentMeans {
  private var losses = (sum: 0.0, samples: 0)
  private var rights = (sum: 0.0, samples: 0)
  /// That of the last step, for where no loss is finite.
  private var lastLoss = 0.0

  /// Adds a step of so many samples; a loss that is not finite, as that of a step that was skipped, has no part in means.
  mutating func add(loss: Double, accuracy: Double?, samples: Int = 1) {
    lastLoss = loss
    guard loss.isFinite else { return }
    losses = (losses.sum + loss * Double(samples), losses.samples + samples)
    if let accuracy { rights = (rights.sum + accuracy * Double(samples), rights.samples + samples) }
  }

  /// The mean loss.
  var loss: Double { losses.samples > 0 ? losses.sum / Double(losses.samples) : lastLoss }

  /// The mean accuracy; nil where steps have none.
  var accuracy: Double? { rights.samples > 0 ? rights.sum / Double(rights.samples) : nil }
}
