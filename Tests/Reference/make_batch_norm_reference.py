#!/usr/bin/env python3
"""PyTorch's numbers for batch normalization: batch-norm.npz and batch-norm.safetensors in this folder.

    python3 make_batch_norm_reference.py     with torch (written with 2.15.0), numpy and safetensors, in double precision

Each case is three training batches, the last one smaller, and an evaluation of the first. `NAME.momentum` is the
momentum, -1 for none. If each shard is normalized separately (PyTorch's layer on each chunk), `NAME.bounds` are the samples
at which shards begin and end. For batch i: `NAME.x.i` and `NAME.y.i`, channels last; `NAME.grad.y.i`, the upstream gradient;
`NAME.grad.x.i`, `NAME.grad.weight.i`, `NAME.grad.bias.i`; `NAME.running_mean.i`, `NAME.running_var.i`. `NAME.eval` is the
evaluation. `frozen.*` is one batch of images in training with running statistics that stay (PyTorch's layer in its mode for
evaluation), its values likewise.

The safetensors file is the state of a linear layer and a batch normalization after five batches, as `state_dict` has it.
"""

import pathlib

import numpy
import safetensors.torch
import torch
from torch import nn

torch.manual_seed(11)
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
here = pathlib.Path(__file__).parent
arrays = {}


def last(values):
    """Channels last, in float32."""
    return values.detach().movedim(1, -1).contiguous().numpy().astype("f4")


def record(name, kind, channels, extents, momentum=0.1, shards=None):
    module = kind(channels, momentum=momentum)
    for parameter in module.parameters():
        parameter.data = torch.randn(parameter.shape).float().double()
        arrays[f"{name}.{'weight' if parameter is module.weight else 'bias'}"] = parameter.detach().numpy().astype("f4")
    arrays[f"{name}.momentum"] = numpy.float64(-1 if momentum is None else momentum)
    first = None
    for batch, samples in enumerate((7, 7, 5)):
        bounds = [i * samples // shards for i in range(shards + 1)] if shards else [0, samples]
        x = (torch.randn(samples, channels, *extents) * 2 + 1).float().double().requires_grad_()
        first = x if first is None else first
        mean, variance = module.running_mean.clone(), module.running_var.clone()
        chunks = [x[a:b] for a, b in zip(bounds, bounds[1:])]
        y = torch.cat([module(chunk) for chunk in chunks])
        upstream = torch.randn(y.shape).float().double()
        module.zero_grad()
        y.backward(upstream)
        if shards:
            # The running values use each batch's mean and the pooled variance within its shards.
            within = sum(((c - c.mean(axes(c), keepdim=True)) ** 2).sum(axes(c)) for c in chunks)
            count = x.numel() // channels
            module.running_mean.copy_(mean + momentum * (x.detach().mean(axes(x)) - mean))
            module.running_var.copy_(variance + momentum * (within.detach() / (count - shards) - variance))
        for key, value in {"x": x, "y": y, "grad.y": upstream, "grad.x": x.grad}.items():
            arrays[f"{name}.{key}.{batch}"] = last(value)
        for key, value in {
            "grad.weight": module.weight.grad, "grad.bias": module.bias.grad,
            "running_mean": module.running_mean, "running_var": module.running_var,
        }.items():
            arrays[f"{name}.{key}.{batch}"] = value.detach().numpy().astype("f4")
    module.eval()
    arrays[f"{name}.eval"] = last(module(first))


def axes(x):
    return [axis for axis in range(x.dim()) if axis != 1]


record("vectors", nn.BatchNorm1d, 18, ())
record("images-mean", nn.BatchNorm2d, 5, (4, 3), momentum=None)
record("images-shards", nn.BatchNorm2d, 18, (4, 3), shards=3)
record("sequences-shards", nn.BatchNorm1d, 5, (6,), momentum=0.3, shards=2)

torch.set_default_dtype(torch.float32)
model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
for _ in range(5):
    model(torch.randn(6, 3))
safetensors.torch.save_file(model.state_dict(), here / "batch-norm.safetensors")

torch.set_default_dtype(torch.float64)
module = nn.BatchNorm2d(18).eval()
for name, values in (*module.named_parameters(), ("running_mean", module.running_mean), ("running_var", module.running_var)):
    values.data = (torch.rand if name == "running_var" else torch.randn)(values.shape).float().double()
    arrays[f"frozen.{name}"] = values.detach().numpy().astype("f4")
x = (torch.randn(7, 18, 4, 3) * 2 + 1).float().double().requires_grad_()
y = module(x)
upstream = torch.randn(y.shape).float().double()
y.backward(upstream)
for key, value in {"x": x, "y": y, "grad.y": upstream, "grad.x": x.grad}.items():
    arrays[f"frozen.{key}"] = last(value)
arrays["frozen.grad.weight"] = module.weight.grad.numpy().astype("f4")
arrays["frozen.grad.bias"] = module.bias.grad.numpy().astype("f4")
numpy.savez_compressed(here / "batch-norm.npz", **arrays)
