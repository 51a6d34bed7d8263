extension ExportedModel {
  /// The function that standardizes inputs; nil if there is nothing to do.
  func standardizing(takesLengths: Bool) -> String? {
    switch standardization {
    case nil: nil
    case .channel: PyTorchText.standardizeChannels
    case .sample: takesLengths ? PyTorchText.standardizeSamplesWithLengths : PyTorchText.standardizeSamples
    }
  }

  /// The module's method that calls the function; empty if there is none.
  func standardizedForward(takesLengths: Bool) -> String {
    guard let standardization else { return "" }
    let lengths = takesLengths ? ", lengths" : ""
    let needed = if case .sample = standardization { lengths } else { "" }
    return """

          def forward(self, x\(takesLengths ? ", lengths=None" : "")):
              return super().forward(standardize(x\(needed))\(lengths))

      """
  }
}

/// In double precision as in training: a channel may have a large mean and a small deviation.
extension PyTorchText {
  static let standardizeChannels = #"""
    def standardize(x):
        """Brings numbers [..., channels] to mean 0 and deviation 1 in each channel of the training data."""
        mean, deviation = (
            torch.tensor(values, dtype=torch.float64, device=x.device) for values in (CHANNEL_MEANS, CHANNEL_DEVIATIONS)
        )
        return ((x - mean) / deviation).float()

    """#

  static let standardizeSamples = #"""
    def standardize(x):
        """Brings numbers [batch, steps, channels] to mean 0 and deviation 1 in each channel of each sample."""
        x = x.double()
        mean = x.mean(1, keepdim=True)
        deviation = (x - mean).square().mean(1, keepdim=True).sqrt()
        # Those of values that are all the same are 0, but for rounding.
        deviation = torch.where(deviation > mean.abs() * 1e-12, deviation, 1)
        return ((x - mean) / deviation).float()

    """#

  static let standardizeSamplesWithLengths = #"""
    def standardize(x, lengths=None):
        """Brings numbers [batch, steps, channels] to mean 0 and deviation 1 in each channel of each sample's valid steps."""
        x = x.double()
        if lengths is None:
            lengths = torch.full(x.shape[:1], x.shape[1])
        count = lengths.to(x)[:, None, None]
        mean = cleared(x, lengths).sum(1, keepdim=True) / count
        deviation = (cleared((x - mean).square(), lengths).sum(1, keepdim=True) / count).sqrt()
        # Those of values that are all the same are 0, but for rounding.
        deviation = torch.where(deviation > mean.abs() * 1e-12, deviation, 1)
        return ((x - mean) / deviation).float()

    """#
}
