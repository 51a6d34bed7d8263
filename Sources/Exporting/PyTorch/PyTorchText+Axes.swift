/// Layers of PyTorch for other axes.
extension PyTorchText {
  static let overSteps = #"""
    class OverSteps:
        """Makes a layer that takes [batch, features, steps] one for [batch, steps, features]."""

        def forward(self, x):
            return super().forward(x.transpose(1, 2)).transpose(1, 2)

    """#

  static let overStepsWithLengths = #"""
    class OverSteps:
        """Makes a layer that takes [batch, features, steps] one for [batch, steps, features].

        lengths, int64 [batch], tells how many steps of each sample are there; without it all are.
        """

        takes_lengths = True

        def forward(self, x, lengths=None):
            if lengths is not None and isinstance(self, nn.BatchNorm1d):
                steps = present(x, lengths)
                result = torch.zeros_like(x)
                result[steps] = super().forward(x[steps])
                return result
            if lengths is not None and isinstance(self, (nn.GroupNorm, nn.InstanceNorm1d)):
                groups = getattr(self, "num_groups", x.shape[2])
                result = torch.zeros_like(x)
                for sample, steps in enumerate(lengths.tolist()):
                    own = x[sample : sample + 1, :steps].transpose(1, 2)
                    # nn.InstanceNorm1d and its function refuse samples of one step.
                    own = torch.group_norm(own, groups, self.weight, self.bias, self.eps)
                    result[sample, :steps] = own[0].T
                return result
            if lengths is not None and isinstance(self, nn.MaxPool1d):
                x = x.masked_fill(~present(x, lengths)[:, :, None], -torch.inf)
            y = super().forward(x.transpose(1, 2)).transpose(1, 2)
            counts_steps = isinstance(self, nn.AvgPool1d) and (self.ceil_mode or not self.count_include_pad)
            if lengths is not None and counts_steps:
                # What the last means of a sample count depends on its length.
                y = y.clone()
                for sample, steps in enumerate(self.output_lengths(lengths).tolist()):
                    alone = x[sample : sample + 1, : lengths[sample]].transpose(1, 2)
                    y[sample, :steps] = super().forward(alone)[0].T
            return y

        def output_lengths(self, lengths):
            """The number of output steps for samples with these lengths."""
            if isinstance(self, (nn.AdaptiveAvgPool1d, nn.ConvTranspose1d, nn.Upsample)):
                raise ValueError(f"{self} needs sequences of equal length, so the network takes no lengths")
            if not hasattr(self, "kernel_size") or self.padding == "same":
                return lengths
            kernel, stride, padding, dilation = (
                size[0] if isinstance(size, tuple) else size
                for size in (self.kernel_size, self.stride, self.padding, getattr(self, "dilation", 1))
            )
            room = lengths + 2 * padding - dilation * (kernel - 1) - 1
            steps = room // stride + 1
            if getattr(self, "ceil_mode", False):
                # The last window begins before the padding behind.
                steps = torch.minimum(-(-room // stride) + 1, -(-(lengths + padding) // stride))
            for sample in (steps < 1).nonzero().flatten().tolist():
                raise ValueError(f"sample {sample} is too short: {self} is given {lengths[sample]} steps of it")
            return steps

    """#

  static let padded = #"""
    class PaddedConv1d(Conv1d):
        """Conv1d with zeros before the first step and behind the last."""

        def __init__(self, *sizes, before, behind, **options):
            super().__init__(*sizes, **options)
            self.ends = before, behind

        def forward(self, x):
            return super().forward(nn.functional.pad(x, (0, 0, *self.ends)))

    """#

  static let paddedWithLengths = #"""
    class PaddedConv1d(Conv1d):
        """Conv1d with zeros before the first step and behind the last."""

        def __init__(self, *sizes, before, behind, **options):
            super().__init__(*sizes, **options)
            self.ends = before, behind

        def forward(self, x, lengths=None):
            return super().forward(nn.functional.pad(x, (0, 0, *self.ends)))

        def output_lengths(self, lengths):
            return super().output_lengths(lengths + sum(self.ends))

    """#

  static let overPixels = #"""
    class OverPixels:
        """Makes a layer that takes features last one for images [batch, channels, height, width]."""

        def forward(self, x):
            return super().forward(x.movedim(1, -1)).movedim(-1, 1)

    """#
}
