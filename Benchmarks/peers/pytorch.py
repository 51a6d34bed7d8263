#!/usr/bin/env python3
"""One task's training step in PyTorch, eager, on one thread; started by compare.py.

    pytorch.py TASK --steps N [--optimizer foreach]
"""

import torch
import torch.nn.functional as F
from tasks import TASKS, parse_arguments, report

options = parse_arguments(__doc__, optimizer={"choices": ["default", "foreach"], "default": "default"})
task = TASKS[options.task]
torch.set_num_threads(1)
torch.manual_seed(1)


class Classifier(torch.nn.Module):
    """A recurrent layer and a linear layer on its last step's output; sequences are [step, batch, symbol]."""

    def __init__(self):
        super().__init__()
        if task.cell == "lstm":
            self.recurrent = torch.nn.LSTM(task.inputs, task.hidden)
        else:
            self.recurrent = torch.nn.RNN(task.inputs, task.hidden, nonlinearity="relu")
        self.linear = torch.nn.Linear(task.hidden, task.classes)

    def forward(self, x):
        output, _ = self.recurrent(x)
        return self.linear(output[-1])


model = Classifier()
foreach = {"foreach": True} if options.optimizer == "foreach" else {}
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3, alpha=0.99, eps=1e-8, **foreach)
x = F.one_hot(torch.randint(task.inputs, (task.length, task.batch)), task.inputs).float()
y = torch.randint(task.classes, (task.batch,))


def step():
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()
    optimizer.step()


report(step, lambda: None, options.steps, f"PyTorch {torch.__version__}")
