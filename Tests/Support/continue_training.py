#!/usr/bin/env python3
"""Continues the training of an exported network in PyTorch: continue_training.py FOLDER STEPS BATCH RATE MOMENTUM

The folder holds network.py and network.safetensors, as dp-train exports them, and samples.npz with x, y and perhaps lengths.
Step s takes the rows BATCH·s to BATCH·(s + 1) - 1 of the samples. It writes start.safetensors (the state before
the first step, by safetensors.torch.save_file), end.safetensors (the state after the last), and losses.npy.
"""

import os
import sys

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from check_exports import channels_first, load_module


def main():
    folder, steps, batch = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rate, momentum = float(sys.argv[4]), float(sys.argv[5])
    torch.set_num_threads(1)
    model = load_module(folder).load().train()
    save_file(model.state_dict(), os.path.join(folder, "start.safetensors"))
    samples = np.load(os.path.join(folder, "samples.npz"))
    x = torch.from_numpy(np.ascontiguousarray(channels_first(samples["x"])))
    y = torch.from_numpy(samples["y"]).long()
    lengths = torch.from_numpy(samples["lengths"]).long() if "lengths" in samples.files else None
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=momentum)
    losses = []
    for step in range(steps):
        rows = slice(step * batch, (step + 1) * batch)
        outputs = model(x[rows]) if lengths is None else model(x[rows], lengths[rows])
        loss = F.cross_entropy(outputs, y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    save_file(model.state_dict(), os.path.join(folder, "end.safetensors"))
    np.save(os.path.join(folder, "losses.npy"), np.float64(losses))


if __name__ == "__main__":
    main()
