/// Embeddings, and layers that go through the steps of a sequence.
extension PyTorchText {
  static let lookup = #"""
    class Lookup(nn.Embedding):
        """nn.Embedding for indices with a last axis of size 1."""

        def forward(self, x):
            return super().forward(x.squeeze(-1).long())

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
