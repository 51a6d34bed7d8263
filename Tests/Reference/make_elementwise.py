#!/usr/bin/env python3
"""Records what PyTorch computes for layers that work value by value or row by row.

    venv/bin/python make_elementwise.py        (the environment of make_reference.py)

elementwise.npz holds one forward and backward pass of each layer, with the names of layers.npz: LAYER.x, LAYER.grad.y and
LAYER.PARAMETER as float32; LAYER.y, LAYER.grad.x and LAYER.grad.PARAMETER as float64. Embedding has no grad.x.
"""

import os

import numpy as np
import torch

from make_reference import forward_backward


def record_layers():
    """Writes elementwise.npz."""
    layers = {
        "relu": (torch.nn.ReLU(), (5, 3, 19)),
        "leaky-relu": (torch.nn.LeakyReLU(0.2), (5, 3, 19)),
        "tanh": (torch.nn.Tanh(), (5, 3, 19)),
        "sigmoid": (torch.nn.Sigmoid(), (5, 3, 19)),
        "gelu": (torch.nn.GELU(), (5, 3, 19)),
        "gelu-tanh": (torch.nn.GELU(approximate="tanh"), (5, 3, 19)),
        "softmax": (torch.nn.Softmax(dim=-1), (5, 3, 19)),
        "layer-norm": (torch.nn.LayerNorm(19, eps=1e-3), (5, 3, 19)),
    }
    arrays = {}
    for name, (layer, shape) in layers.items():
        for parameter in layer.parameters():
            torch.nn.init.normal_(parameter)
        x, upstream = 3 * torch.randn(shape), torch.randn(shape)
        arrays[f"{name}.x"], arrays[f"{name}.grad.y"] = x.numpy(), upstream.numpy()
        arrays.update({f"{name}.{key}": value.detach().numpy().copy() for key, value in layer.named_parameters()})
        double = forward_backward(layer.double(), x.double(), upstream.double())
        arrays.update({f"{name}.{key}": value for key, value in double.items()})
    table = torch.nn.Embedding(7, 5, padding_idx=2)
    indices, upstream = torch.randint(0, 7, (6, 4)), torch.randn(6, 4, 5)
    arrays["embedding.x"], arrays["embedding.grad.y"] = indices.numpy().astype(np.float32), upstream.numpy()
    arrays["embedding.weight"] = table.weight.detach().numpy().copy()
    table.double()
    y = table(indices)
    y.backward(upstream.double())
    arrays["embedding.y"], arrays["embedding.grad.weight"] = y.detach().numpy(), table.weight.grad.numpy()
    np.savez_compressed("elementwise.npz", **arrays)


def main():
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(4)
    record_layers()


if __name__ == "__main__":
    main()
