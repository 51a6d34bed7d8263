#!/usr/bin/env python3
"""PyTorch's losses of a run that carries an LSTM's state from batch to batch: stateful.npz in this folder.

    python3 make_stateful_reference.py          with torch (written with 2.15.0) and numpy, on one thread

`train.x`, `train.y`, `test.x`, `test.y`: sequences; row i of a batch of 8 continues row i of the batch before. The
last batch is smaller and starts from zero. `initial.NAME`: the weights at the start. `losses`: the loss of each step of
two epochs; `test.losses`: the mean loss on the test samples after each epoch, with carried states.
"""

import pathlib

import numpy
import torch
from torch import nn

torch.manual_seed(5)
torch.set_num_threads(1)
batch, steps, features, hidden, classes = 8, 6, 3, 5, 4


class Net(nn.Sequential):
    def run(self, x, state):
        outputs, state = self[0](x, state)
        return self[1](outputs[:, -1]), tuple(part.detach() for part in state)


model = Net(nn.LSTM(features, hidden, num_layers=2, batch_first=True), nn.Linear(hidden, classes)).double()
for parameter in model.parameters():
    # Inputs that are exact in float32.
    parameter.data = (torch.randn(parameter.shape) * 0.7).float().double()
arrays = {f"initial.{name}": value.numpy().astype("f4") for name, value in model.state_dict().items()}
for part, count in (("train", 29), ("test", 20)):
    arrays[f"{part}.x"] = torch.randn(count, steps, features).numpy()
    arrays[f"{part}.y"] = torch.randint(classes, (count,)).numpy().astype("i4")


def batches(part):
    x, y = torch.from_numpy(arrays[f"{part}.x"]).double(), torch.from_numpy(arrays[f"{part}.y"]).long()
    return zip(x.split(batch), y.split(batch))


optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
losses, test_losses = [], []
for epoch in range(2):
    state = None
    for x, y in batches("train"):
        logits, state = model.run(x, state if len(x) == batch else None)
        loss = nn.functional.cross_entropy(logits, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    state, total = None, 0.0
    with torch.no_grad():
        for x, y in batches("test"):
            logits, state = model.run(x, state if len(x) == batch else None)
            total += nn.functional.cross_entropy(logits, y, reduction="sum").item()
    test_losses.append(total / len(arrays["test.y"]))
arrays["losses"], arrays["test.losses"] = numpy.array(losses), numpy.array(test_losses)
numpy.savez_compressed(pathlib.Path(__file__).with_name("stateful.npz"), **arrays)
