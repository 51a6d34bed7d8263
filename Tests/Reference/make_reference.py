#!/usr/bin/env python3
"""Records PyTorch's results for the tests: two training runs and the gradients of four layers.

    python3 -m venv venv && venv/bin/pip install torch numpy safetensors
    venv/bin/python make_reference.py

The committed files were made with torch 2.15.0, NumPy 2.4.6, safetensors 0.8.0 and Python 3.11 on x86-64 with AVX2, on one
CPU thread. The same versions on the same kind of processor give the same bytes; elsewhere the last bits may differ.

For each run, `lstm` and `rnn` (ReLU): 200 steps of RMSprop (learning rate 0.001, alpha 0.99, epsilon 1e-8) on batches of 32
temporal-order sequences of 20 one-hot symbols of 8, one recurrent layer 8 -> 12 (gates in the order i, f, g, o), a linear
layer 12 -> 4 on the last step's output, cross-entropy (mean over the batch), float32.

    RUN.npz                    x uint8 [200 * 32, 20, 8] (step s takes rows 32 s to 32 s + 31), y int64 [200 * 32]
    RUN-initial.safetensors    the weights before the first step: 0.weight_ih_l0, 0.weight_hh_l0, 0.bias_ih_l0,
                               0.bias_hh_l0 (recurrent layer), 1.weight, 1.bias (linear layer)
    RUN-losses.npy             float64 [200]: the loss before each step, computed in float32
    RUN-final.safetensors      the weights after the last step

layers.npz holds one forward and backward pass of each of lstm, rnn-tanh, rnn-relu and linear, computed in float64 from
inputs that float32 holds exactly. With LAYER and a parameter's PyTorch name (weight_ih_l0, ..., weight, bias):

    LAYER.PARAMETER, LAYER.x, LAYER.grad.y          inputs, float32: weights, x, the upstream gradient (of the output)
    LAYER.y, LAYER.grad.x, LAYER.grad.PARAMETER     results in float64
    LAYER.float32.y, LAYER.float32.grad.x, ...      the same results in float32

Sequences are batch first: x is [batch, step, feature], y is the output at all steps. The initial state is zero.
"""

import os

import numpy as np
import safetensors.torch
import torch
import torch.nn.functional as F

STEPS, BATCH, LENGTH, SYMBOLS, HIDDEN, CLASSES = 200, 32, 20, 8, 12, 4
X, Y, FIRST_DISTRACTOR, B, E = 0, 1, 2, 6, 7


def temporal_order(rng, count):
    """`count` one-hot sequences: B, distractors, X or Y at two places, distractors, E; the pair XX, XY, YX or YY is the class."""
    symbols = rng.integers(FIRST_DISTRACTOR, B, (count, LENGTH))
    symbols[:, 0], symbols[:, -1] = B, E
    rows = np.arange(count)
    first, second = rng.integers(X, Y + 1, (2, count))
    symbols[rows, rng.integers(2, 6, count)] = first
    symbols[rows, rng.integers(11, 16, count)] = second
    return np.eye(SYMBOLS, dtype=np.uint8)[symbols], 2 * first + second


def train(name, recurrent, seed):
    """Trains `recurrent` and a linear layer, and writes the run's four files."""
    x, y = temporal_order(np.random.default_rng(seed), STEPS * BATCH)
    linear = torch.nn.Linear(HIDDEN, CLASSES)
    model = torch.nn.ModuleList([recurrent, linear])  # names the layers as in nn.Sequential

    def save(which):
        weights = {key: value.detach().clone() for key, value in model.state_dict().items()}
        with open(f"{name}-{which}.safetensors", "wb") as file:
            file.write(safetensors.torch.save(weights))

    np.savez_compressed(f"{name}.npz", x=x, y=y)
    save("initial")
    optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3, alpha=0.99, eps=1e-8)
    losses = []
    for step in range(STEPS):
        rows = slice(step * BATCH, (step + 1) * BATCH)
        output, _ = recurrent(torch.from_numpy(x[rows]).float())
        loss = F.cross_entropy(linear(output[:, -1]), torch.from_numpy(y[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    np.save(f"{name}-losses.npy", np.float64(losses))
    save("final")
    print(f"{name}: loss {losses[0]:.6f} before the first step, {losses[-1]:.6f} before the last")


def forward_backward(layer, x, upstream):
    """The output and all gradients of one pass, by name."""
    x = x.clone().requires_grad_()
    y = layer(x)
    if isinstance(y, tuple):  # recurrent layers return their last state too
        y = y[0]
    layer.zero_grad()
    y.backward(upstream)
    results = {"y": y, "grad.x": x.grad}
    results.update({f"grad.{name}": value.grad for name, value in layer.named_parameters()})
    return {name: value.detach().numpy().copy() for name, value in results.items()}


def record_layers():
    """Writes layers.npz."""
    batch, steps, inputs, hidden, outputs = 5, 7, 3, 10, 6
    layers = {
        "lstm": torch.nn.LSTM(inputs, hidden, batch_first=True),
        "rnn-tanh": torch.nn.RNN(inputs, hidden, nonlinearity="tanh", batch_first=True),
        "rnn-relu": torch.nn.RNN(inputs, hidden, nonlinearity="relu", batch_first=True),
        "linear": torch.nn.Linear(inputs, outputs),
    }
    arrays = {}
    for name, layer in layers.items():
        lead = (batch,) if name == "linear" else (batch, steps)
        x = torch.randn(*lead, inputs)
        upstream = torch.randn(*lead, outputs if name == "linear" else hidden)
        arrays[f"{name}.x"], arrays[f"{name}.grad.y"] = x.numpy(), upstream.numpy()
        arrays.update({f"{name}.{key}": value.detach().numpy().copy() for key, value in layer.named_parameters()})
        single = forward_backward(layer, x, upstream)
        double = forward_backward(layer.double(), x.double(), upstream.double())
        arrays.update({f"{name}.float32.{key}": value for key, value in single.items()})
        arrays.update({f"{name}.{key}": value for key, value in double.items()})
        worst = max(np.abs(single[key] - double[key]).max() for key in double)
        print(f"{name}: float32 and float64 differ by at most {worst:.2g}")
    np.savez_compressed("layers.npz", **arrays)


def main():
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(1)
    train("lstm", torch.nn.LSTM(SYMBOLS, HIDDEN, batch_first=True), seed=1)
    torch.manual_seed(2)
    train("rnn", torch.nn.RNN(SYMBOLS, HIDDEN, nonlinearity="relu", batch_first=True), seed=2)
    torch.manual_seed(3)
    record_layers()


if __name__ == "__main__":
    main()
