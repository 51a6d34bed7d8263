#!/usr/bin/env python3
"""Writes the files .pt in this folder, with PyTorch.

    $(Tests/Support/python-environment --torch) make_pytorch.py    (the committed files: PyTorch 2.13)

The files are committed; the tests need no Python.
"""

import collections
import os
import zipfile

import torch

os.chdir(os.path.dirname(os.path.abspath(__file__)))


def numbers(*shape, dtype=torch.float32):
    """Numbers 0, 0.25, ... of a shape."""
    return (torch.arange(torch.Size(shape).numel()) / 4).reshape(shape).to(dtype)


def rewrite(source, target, change=lambda name, data: data, **options):
    """Writes the archive `source` again with other contents or options."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", **options) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name), change(name, old.read(name)), compress_type=options.get("compression"))


# What most people save. It has collections.OrderedDict with _metadata, and an int64 without axes.
model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
with torch.no_grad():
    for place, value in enumerate(model.parameters()):
        value.copy_(numbers(*value.shape) + place)
model[1].running_mean.copy_(torch.tensor([5.0, 6.0]))
model[1].num_batches_tracked.fill_(7)
torch.save(model.state_dict(), "state-dict.pt")
rewrite("state-dict.pt", "compressed.pt", compression=zipfile.ZIP_DEFLATED)
torch.save(model.state_dict(), "protocol5.pt", pickle_protocol=5)
torch.save(model.state_dict(), "old.pt", _use_new_zipfile_serialization=False)

# A checkpoint of a training loop: dictionaries within dictionaries, and the optimizer's state under numbers.
optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
model(torch.ones(4, 3)).sum().backward()
optimizer.step()
model.load_state_dict(torch.load("state-dict.pt"))
checkpoint = {
    "epoch": 3, "loss": 0.5, "done": False, "best": None, "name": "né", "large": 2**70, "negative": -(2**40), "history": [1, 2.5],
    "betas": (0.9, 0.999), "device": torch.device("cpu"), "shape": torch.Size([2, 3]),
    "state_dict": {"module." + name: value for name, value in model.state_dict().items()},
    "optimizer": optimizer.state_dict(), "ema": [model[0].bias],
}
for protocol in (2, 4):
    torch.save(checkpoint, f"checkpoint{protocol}.pt", pickle_protocol=protocol)

# Views: strides, offsets, shared storages, repetition, no axes, no values.
whole = numbers(4, 6)
torch.save(
    {
        "whole": whole, "transposed": whole.t(), "part": whole[1:3, ::2], "row": whole[2], "again": whole,
        "repeated": torch.tensor([1.0, 2.0]).reshape(2, 1).expand(2, 3), "single": torch.tensor(2.5),
        "empty": torch.zeros(0, 5), "parameter": torch.nn.Parameter(numbers(2)),
    },
    "views.pt",
)
types = "float16 bfloat16 float32 float64 int8 int16 int32 int64 uint8 bool uint16 uint32 uint64".split()
typed = {name: torch.tensor([0, 1, 100]).to(getattr(torch, name)) for name in types}
torch.save(typed | {"storage": torch.zeros(2).untyped_storage()}, "types.pt")


def swap(name, data):
    """As a big-endian machine writes types.pt."""
    if name.endswith("byteorder"):
        return b"big"
    if "/data/" not in name:
        return data
    size = getattr(torch, types[int(name.split("/")[-1])]).itemsize if int(name.split("/")[-1]) < len(types) else 1
    return b"".join(data[place : place + size][::-1] for place in range(0, len(data), size))


rewrite("types.pt", "big-endian.pt", swap)

# What is refused: a module, other classes, a single tensor, no tensors.
torch.save(model, "module.pt")
torch.save({"w": numbers(2), "counts": collections.Counter([1])}, "counter.pt")
torch.save(numbers(2), "tensor.pt")
torch.save({"epoch": 3}, "nothing.pt")
torch.jit.save(torch.jit.script(torch.nn.ReLU()), "script.pt")
for file in os.listdir():
    os.chmod(file, 0o644)
