#!/usr/bin/env python3
"""Writes a network of torchvision with random weights, and its outputs: torchvision_networks.py NAME FOLDER

NAME is dp-train's. FOLDER gets weights.pth and weights.safetensors, the state dict, and expected.npz: two images x [2, height,
width, 3], and the logits for them in double precision. Prints a line of JSON: the number of parameters, and the difference of
PyTorch's outputs in float32 relative to the largest logit.

Weights are as torchvision draws them; batch normalizations get random scales and shifts, and the statistics of two other images.
"""

import json
import os
import sys
import zlib

import numpy as np
import safetensors.torch
import torch
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Reference"))
from make_networks import NETWORKS, models  # noqa: E402

SIZE = 224


def draw(name):
    torch.manual_seed(zlib.crc32(name.encode()))
    model = getattr(models, NETWORKS[name])()
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        nn.init.uniform_(norm.weight, 0.5, 1.5)
        nn.init.normal_(norm.bias, 0, 0.1)
    if norms:
        momenta = [norm.momentum for norm in norms]
        for norm in norms:
            norm.momentum = 1.0
        model.train()
        model(torch.randn(2, 3, SIZE, SIZE))
        for norm, momentum in zip(norms, momenta):
            norm.momentum = momentum
    return model.eval()


def main():
    name, folder = sys.argv[1:]
    with torch.no_grad():
        model = draw(name)
        x = torch.randn(2, 3, SIZE, SIZE)
        state = model.state_dict()
        torch.save(state, os.path.join(folder, "weights.pth"))
        safetensors.torch.save_file(state, os.path.join(folder, "weights.safetensors"))
        single = model(x).double()
        wanted = model.double()(x.double())
    images = np.ascontiguousarray(np.moveaxis(x.numpy(), 1, -1))
    np.savez(os.path.join(folder, "expected.npz"), x=images, outputs=wanted.numpy())
    difference = (single - wanted).abs().max() / wanted.abs().max()
    print(json.dumps({"parameters": sum(p.numel() for p in model.parameters()), "float32": difference.item()}))


if __name__ == "__main__":
    main()
