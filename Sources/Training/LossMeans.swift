import Layers

/// Loss and accuracy from the sums over a batch or a data set.
struct LossMeans {
  /// Whether nothing counts: all labels are ignored, or their classes have the weight 0.
  let countsNothing: Bool
  /// The divisor of losses and gradients; 1 if nothing counts.
  let divisor: Double
  /// The mean loss; NaN if nothing counts, as in PyTorch.
  let mean: Double
  /// The share of right predictions, NaN if there are none to count; nil if the loss has no accuracy.
  let accuracy: Double?

  init(_ loss: any Loss, sum: (LossSum) -> Double) {
    let weight = sum(.weight)
    countsNothing = weight == 0
    divisor = countsNothing ? 1 : weight
    mean = countsNothing ? .nan : sum(.loss) / divisor
    accuracy = loss.hasAccuracy ? sum(.count) > 0 ? sum(.correct) / sum(.count) : .nan : nil
  }
}
