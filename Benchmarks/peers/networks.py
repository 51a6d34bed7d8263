"""The tasks' networks in PyTorch. Sequences are [step, batch, symbol], images [batch, channel, row, column]."""

import torch
from tasks import PAIRS, RESIDUAL
from torch import nn


class Recurrent(nn.Module):
    """A recurrent layer of PyTorch, and a linear layer on the output of its last step or of every step."""

    def __init__(self, task):
        super().__init__()
        more = {"nonlinearity": "relu"} if task.network == "rnn-relu" else {}
        layer = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn-relu": nn.RNN}[task.network]
        self.recurrent = layer(task.shape[1], task.hidden, **more)
        self.linear = nn.Linear(task.hidden, task.classes)
        self.every_step = task.every_step

    def forward(self, x):
        output, _ = self.recurrent(x)
        return self.linear(output if self.every_step else output[-1])


class Gated(nn.Module):
    """c = sigmoid(A x + U h), h ← c h + (1 − c) (B x); one product for the inputs of all steps."""

    def __init__(self, task):
        super().__init__()
        self.hidden = task.hidden
        self.gate = nn.Linear(task.shape[1], task.hidden)
        self.candidate = nn.Linear(task.shape[1], task.hidden)
        self.recurrent = nn.Linear(task.hidden, task.hidden, bias=False)
        self.linear = nn.Linear(task.hidden, task.classes)

    def forward(self, x):
        state = x.new_zeros(x.shape[1], self.hidden)
        states = []
        for gate, candidate in zip(self.gate(x).unbind(), self.candidate(x).unbind()):
            share = torch.sigmoid(gate + self.recurrent(state))
            state = share * state + (1 - share) * candidate
            states.append(state)
        return self.linear(torch.stack(states))


def mnist():
    convolutions = [nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)]
    head = [nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10)]
    return nn.Sequential(*convolutions, nn.Dropout(0.25), *head)


class Block(nn.Module):
    """A residual block that halves the image's height and width."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs))
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride=2, bias=False)

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


def cats_dogs():
    first = [nn.Conv2d(3, RESIDUAL[0], 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(RESIDUAL[0]), nn.ReLU()]
    blocks = [Block(inputs, outputs) for inputs, outputs in zip(RESIDUAL, RESIDUAL[1:])]
    return nn.Sequential(*first, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(RESIDUAL[-1], 2))


def vgg():
    layers = []
    for inputs, outputs in zip((3, *PAIRS), PAIRS):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU()]
        layers += [nn.Conv2d(outputs, outputs, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(4 * 4 * PAIRS[-1], 10))


def network(task):
    makers = {"gated": lambda: Gated(task), "mnist-cnn": mnist, "cats-dogs": cats_dogs, "vgg-cifar": vgg}
    return makers.get(task.network, lambda: Recurrent(task))()
