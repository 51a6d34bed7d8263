import Layers

/// Loss and accuracy from the sums over a batch or a data set.
struct LossMeans {
  /// Whether nothing counts: all labels are ignored, or their classes have the weight 0.
  let countsNothing: Bool
  /// What losses and gradients are divided by; 1 if nothing counts.
  let divisor: Double
  /// The mean loss; NaN if nothing counts, as in PyTorch.
  let mean: Double
  /// The share of right predictions, or nil where the loss knows none.
  let accuracy: Double?

  init(_ loss: any Loss, sum: (LossSum) -> Double) {
    let weight = sum(.weight)
    countsNothing = weight == 0
    divisor = countsNothing ? 1 : weight
    mean = countsNothing ? .nan : sum(.loss) / divisor
    accuracy = loss.hasAccuracy ? sum(.correct) / max(sum(.count), 1) : nil
  }
}
