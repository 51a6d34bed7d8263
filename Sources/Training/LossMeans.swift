import Layers

/// Loss and accuracy from the sums over a batch or a data set.
struct LossMeans {
  /// What losses and gradients are divided by: 1 where nothing counts, so that all stays 0.
  let divisor: Double
  /// The mean loss.
  let mean: Double
  /// The share of right predictions, or nil where the loss knows none.
  let accuracy: Double?

  init(_ loss: any Loss, sum: (LossSum) -> Double) {
    let weight = sum(.weight)
    divisor = weight == 0 ? 1 : weight
    mean = sum(.loss) / divisor
    accuracy = loss.hasAccuracy ? sum(.correct) / max(sum(.count), 1) : nil
  }
}
