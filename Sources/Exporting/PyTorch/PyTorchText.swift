/// The definitions that a Python file may need.
enum PyTorchText {
  /// Names that the class must not have, because they mean something else in Python or in the file.
  static let taken: Set<String> = [
    "None", "True", "False", "Path", "F", "WEIGHTS", "CLASSES", "ALPHABET", "MEAN", "STD",
  ]

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

  static let lookup = #"""
    class Lookup(nn.Embedding):
        """nn.Embedding for indices with a last axis of size 1."""

        def forward(self, x):
            return super().forward(x.squeeze(-1).long())

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

  static let reverse = #"""
    class Reverse(nn.Module):
        """The steps in reverse order."""

        def forward(self, x):
            return x.flip(1)

    """#

  static let reverseWithLengths = #"""
    class Reverse(nn.Module):
        """The valid steps in reverse order."""

        takes_lengths = True

        def forward(self, x, lengths=None):
            if lengths is None:
                return x.flip(1)
            steps = torch.arange(x.shape[1], device=x.device)
            last = lengths.to(x.device)[:, None] - 1
            order = torch.where(steps > last, steps, last - steps)
            return x.gather(1, order[:, :, None].expand_as(x))

    """#

  static let recurrent = #"""
    class Recurrent:
        """Makes nn.LSTM, nn.GRU or nn.RNN give one output for sequences [batch, steps, features]: all states of the last
        layer, or with output="last" those after each sample's last step (of the direction that goes backwards, its first).

        lengths, int64 [batch], tells how many steps of each sample are valid, the first ones; without it all are.
        """

        takes_lengths = True

        def __init__(self, *sizes, output, **options):
            super().__init__(*sizes, batch_first=True, **options)
            self.output = output

        def forward(self, x, lengths=None):
            if lengths is None:
                states, last = super().forward(x)
            else:
                packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
                states, last = super().forward(packed)
                states, _ = pad_packed_sequence(states, batch_first=True, total_length=x.shape[1])
            if self.output == "all":
                return states
            hidden = last[0] if isinstance(last, tuple) else last  # nn.LSTM gives the cell's state, too
            return hidden[-2 if self.bidirectional else -1 :].transpose(0, 1).flatten(1)

    """#

  static let gated = #"""
    class GatedRNN(nn.Module):
        """A recurrence with one gate, from h[0] = 0:

            c[t] = sigmoid(W_c x[t] + b_c + W_h h[t-1])
            h[t] = c[t] * h[t-1] + (1 - c[t]) * (W_x x[t] + b_x)

        Sequences are [batch, steps, features]. output is "all" states of the last layer, or "last": those after each
        sample's last step (of the direction that goes backwards, its first). lengths, int64 [batch], tells how many steps
        of each sample are valid, the first ones; without it all are.
        """

        takes_lengths = True

        def __init__(
            self, inputs, hidden, num_layers=1, bias=True, bidirectional=False, dropout=0.0, output="all"
        ):
            super().__init__()
            self.hidden, self.num_layers, self.dropout = hidden, num_layers, dropout
            self.output = output
            self.directions = ["", "_reverse"] if bidirectional else [""]
            for layer in range(num_layers):
                shapes = {"weight_c": (hidden, inputs), "weight_x": (hidden, inputs), "weight_h": (hidden, hidden)}
                if bias:
                    shapes.update(bias_c=(hidden,), bias_x=(hidden,))
                for direction in self.directions:
                    for name, shape in shapes.items():
                        value = torch.empty(shape).uniform_(-1, 1) / hidden**0.5
                        self.register_parameter(f"{name}_l{layer}{direction}", nn.Parameter(value))
                inputs = hidden * len(self.directions)

        def forward(self, x, lengths=None):
            valid = None
            if lengths is not None:
                steps = torch.arange(x.shape[1], device=x.device)[None, :, None]
                lengths = lengths.to(x.device)[:, None, None]
                valid = steps < lengths
            for layer in range(self.num_layers):
                if layer > 0:
                    x = F.dropout(x, self.dropout, self.training)
                sides = [self.run(x, f"_l{layer}{direction}", valid) for direction in self.directions]
                x = torch.cat([states for states, _ in sides], -1)
            return x if self.output == "all" else torch.cat([last for _, last in sides], -1)

        def run(self, x, suffix, valid):
            """The states after all steps, zeros where a step is not valid, and the last."""
            weight_c, weight_x, weight_h, bias_c, bias_x = (
                getattr(self, name + suffix, None) for name in ("weight_c", "weight_x", "weight_h", "bias_c", "bias_x")
            )
            gates, candidates = F.linear(x, weight_c, bias_c), F.linear(x, weight_x, bias_x)
            h = x.new_zeros(x.shape[0], self.hidden)
            states = [h] * x.shape[1]
            order = range(x.shape[1])
            for t in reversed(order) if suffix.endswith("_reverse") else order:
                c = torch.sigmoid(gates[:, t] + F.linear(h, weight_h))
                new = c * h + (1 - c) * candidates[:, t]
                if valid is None:
                    h = states[t] = new
                else:
                    states[t] = new * valid[:, t]
                    h = torch.where(valid[:, t], new, h)
            return torch.stack(states, 1), h

    """#
}
