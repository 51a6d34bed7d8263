/// Pooling over all pixels or steps.
extension PyTorchText {
  static let mean = #"""
    class Mean(nn.Module):
        """The mean over some axes."""

        def __init__(self, *axes):
            super().__init__()
            self.axes = axes

        def forward(self, x):
            return x.mean(self.axes)

    """#

  static let meanWithLengths = #"""
    class Mean(nn.Module):
        """The mean over some axes; in sequences over the valid steps."""

        takes_lengths = True

        def __init__(self, *axes):
            super().__init__()
            self.axes = axes

        def forward(self, x, lengths=None):
            return x.mean(self.axes) if lengths is None else x.sum(1) / lengths.to(x)[:, None]

    """#

  static let largest = #"""
    class Largest(nn.Module):
        """The largest value of each feature over pixels [batch, channels, height, width] or steps [batch, steps, features]."""

        def forward(self, x):
            return x.flatten(2).max(2).values if x.dim() == 4 else x.max(1).values

    """#

  static let largestWithLengths = #"""
    class Largest(nn.Module):
        """The largest value of each feature over the valid steps."""

        takes_lengths = True

        def forward(self, x, lengths=None):
            if lengths is not None:
                x = x.masked_fill(~present(x, lengths)[:, :, None], -torch.inf)
            return x.max(1).values

    """#

  static let attention = #"""
    class AttentionPool(nn.Module):
        """The mean of the steps, weighted by the softmax of the scores that layers make of them."""

        def __init__(self, *attention):
            super().__init__()
            self.order = attention
            self.attention = nn.Sequential(*attention)

        def forward(self, x):
            scores = x
            for layer in self.order:
                scores = layer(scores)
            return (torch.softmax(scores, 1) * x).sum(1)

    """#

  static let attentionWithLengths = #"""
    class AttentionPool(nn.Module):
        """The mean of the valid steps, weighted by the softmax of the scores that layers make of them."""

        takes_lengths = True

        def __init__(self, *attention):
            super().__init__()
            self.order = attention
            self.attention = nn.Sequential(*attention)

        def forward(self, x, lengths=None):
            scores = x
            for layer in self.order:
                scores = layer(scores)
            if lengths is not None:
                scores = scores.masked_fill(~present(x, lengths)[:, :, None], -torch.inf)
            return (torch.softmax(scores, 1) * x).sum(1)

    """#
}
