#!/usr/bin/env python3
"""Records the results of PyTorch's recurrent layers for the tests: recurrent.npz.

Made with the versions that make_reference.py names; run as

    venv/bin/python make_recurrent_reference.py

For every cell of lstm, gru, rnn-tanh, rnn-relu and gated, with 1 and 2 layers, in one direction and in both: a forward
and a backward pass in float64, from inputs that float32 holds exactly, on a batch whose sequences have different lengths
(pack_padded_sequence, so that outputs after a sequence's end are zero). Under CELL-LAYERS-uni or CELL-LAYERS-bi:

    NAME.parameters     float32: all parameters one after the other, in the order of named_parameters()
    NAME.all            float64: y, grad.x, and the gradients of all parameters in the same order, one after the other,
                        for the loss Σ y ⊙ upstream over the outputs y [batch, step, features] at all steps
    NAME.last           the same for the last layer's h_n as y, [batch, features]

x [batch, step, feature] and lengths [batch] are the same for all; upstream.uni.all, upstream.bi.all, upstream.uni.last
and upstream.bi.last are the gradients of the outputs. The initial state is zero. PyTorch has no layer like gated; it is
written out below and differentiated by autograd.
"""

import os

import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

BATCH, STEPS, INPUTS, HIDDEN = 3, 5, 3, 6
LENGTHS = torch.tensor([3, 5, 1])


class Gated(torch.nn.Module):
    """c = sigmoid(W_c x + b_c + W_h h); h = c h + (1 - c) (W_x x + b_x)."""

    def __init__(self, inputs, hidden, num_layers, bidirectional, batch_first):
        super().__init__()
        self.layers, self.hidden, self.bidirectional = num_layers, hidden, bidirectional
        directions = ("", "_reverse") if bidirectional else ("",)
        self.suffixes = [[f"_l{layer}{end}" for end in directions] for layer in range(num_layers)]
        for layer, suffixes in enumerate(self.suffixes):
            features = inputs if layer == 0 else hidden * len(directions)
            for suffix in suffixes:
                shapes = dict(weight_c=(hidden, features), weight_x=(hidden, features), weight_h=(hidden, hidden),
                              bias_c=(hidden,), bias_x=(hidden,))
                for name, shape in shapes.items():
                    values = torch.empty(shape).uniform_(-(hidden**-0.5), hidden**-0.5)
                    self.register_parameter(name + suffix, torch.nn.Parameter(values))

    def direction(self, x, suffix):
        """Returns the states of one sample, and the final state."""
        get = lambda name: getattr(self, name + suffix)  # noqa: E731
        order = range(len(x))
        h = torch.zeros(self.hidden, dtype=x.dtype)
        states = [h] * len(x)
        for t in reversed(order) if suffix.endswith("_reverse") else order:
            c = torch.sigmoid(get("weight_c") @ x[t] + get("bias_c") + get("weight_h") @ h)
            h = c * h + (1 - c) * (get("weight_x") @ x[t] + get("bias_x"))
            states[t] = h
        return torch.stack(states), h

    def both(self, x):
        """Returns the padded outputs of all steps, and the last states of the last layer."""
        outputs, lasts = [], []
        for sample, length in zip(x, LENGTHS):
            y = sample[:length]
            for suffixes in self.suffixes:
                results = [self.direction(y, suffix) for suffix in suffixes]
                y = torch.cat([states for states, _ in results], dim=1)
            lasts.append(torch.cat([last for _, last in results]))
            outputs.append(torch.nn.functional.pad(y, (0, 0, 0, STEPS - length)))
        return torch.stack(outputs), torch.stack(lasts)


def both(layer, x):
    """Returns the padded outputs of all steps, and the last states of the last layer."""
    if isinstance(layer, Gated):
        return layer.both(x)
    y, state = layer(pack_padded_sequence(x, LENGTHS, batch_first=True, enforce_sorted=False))
    h = state[0] if isinstance(state, tuple) else state
    y, _ = pad_packed_sequence(y, batch_first=True, total_length=STEPS)
    return y, torch.cat(list(h[-2:] if layer.bidirectional else h[-1:]), dim=1)


def joined(tensors):
    return torch.cat([tensor.detach().flatten() for tensor in tensors]).numpy()


def run(layer, x, upstream, last):
    """Returns the output and the gradients of one pass."""
    x = x.clone().requires_grad_()
    y = both(layer, x)[1 if last else 0]
    layer.zero_grad()
    y.backward(upstream)
    return joined([y, x.grad] + [value.grad for value in layer.parameters()])


def main():
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(4)
    x = torch.randn(BATCH, STEPS, INPUTS)
    arrays = {"x": x.numpy(), "lengths": LENGTHS.int().numpy()}
    upstream = {}
    for directions, features in (("uni", HIDDEN), ("bi", 2 * HIDDEN)):
        upstream[directions, "all"] = torch.randn(BATCH, STEPS, features)
        upstream[directions, "last"] = torch.randn(BATCH, features)
    arrays.update({f"upstream.{'.'.join(key)}": value.numpy() for key, value in upstream.items()})
    cells = {
        "lstm": (torch.nn.LSTM, {}),
        "gru": (torch.nn.GRU, {}),
        "rnn-tanh": (torch.nn.RNN, {"nonlinearity": "tanh"}),
        "rnn-relu": (torch.nn.RNN, {"nonlinearity": "relu"}),
        "gated": (Gated, {}),
    }
    for cell, (kind, options) in cells.items():
        for layers in (1, 2):
            for directions in ("uni", "bi"):
                name = f"{cell}-{layers}-{directions}"
                layer = kind(
                    INPUTS, HIDDEN, num_layers=layers, bidirectional=directions == "bi", batch_first=True, **options)
                arrays[f"{name}.parameters"] = joined(layer.parameters())
                layer = layer.double()
                for shown in ("all", "last"):
                    arrays[f"{name}.{shown}"] = run(
                        layer, x.double(), upstream[directions, shown].double(), shown == "last")
    np.savez_compressed("recurrent.npz", **arrays)
    print(f"{len(arrays)} arrays")


if __name__ == "__main__":
    main()
