"""The tasks' networks in PyTorch.

Recurrent networks take [step, batch, symbol], the others [batch, channel, row, column] or [batch, channel, step].
"""

import torch
from layers import PAIRS, RESIDUAL, SEPARABLE, SERIES, STAGES, STEM
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


class Packed(nn.Module):
    """A bidirectional GRU over packed sequences, and a linear layer on the last states of both directions."""

    def __init__(self, task):
        super().__init__()
        self.recurrent = nn.GRU(task.shape[1], task.hidden, bidirectional=True)
        self.linear = nn.Linear(2 * task.hidden, task.classes)

    def forward(self, x):
        _, states = self.recurrent(x)
        return self.linear(torch.cat([states[0], states[1]], dim=1))


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


def relu():
    """Returns a ReLU in place, as in torchvision's networks; it is faster."""
    return nn.ReLU(inplace=True)


def mnist():
    convolutions = [nn.Conv2d(1, 32, 3), relu(), nn.Conv2d(32, 64, 3), relu(), nn.MaxPool2d(2)]
    head = [nn.Flatten(), nn.Linear(9216, 128), relu(), nn.Dropout(0.5), nn.Linear(128, 10)]
    return nn.Sequential(*convolutions, nn.Dropout(0.25), *head)


def normalized(inputs, outputs, kernel=3, **more):
    """A convolution without bias, and batch normalization."""
    return [nn.Conv2d(inputs, outputs, kernel, bias=False, **more), nn.BatchNorm2d(outputs)]


class Block(nn.Module):
    """A residual block of two convolutions around `shortcut`, and the ReLU behind it."""

    def __init__(self, inputs, outputs, stride, shortcut):
        super().__init__()
        first = normalized(inputs, outputs, stride=stride, padding=1)
        self.body = nn.Sequential(*first, relu(), *normalized(outputs, outputs, padding=1))
        self.shortcut = shortcut

    def forward(self, x):
        return torch.relu_(self.body(x) + self.shortcut(x))


def classifier(channels, classes):
    """The mean over all pixels, and a linear layer."""
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]


def cats_dogs():
    first = [*normalized(3, RESIDUAL[0], stride=2, padding=1), relu()]
    blocks = [
        Block(inputs, outputs, 2, nn.Conv2d(inputs, outputs, 1, stride=2, bias=False))
        for inputs, outputs in zip(RESIDUAL, RESIDUAL[1:])
    ]
    return nn.Sequential(*first, *blocks, *classifier(RESIDUAL[-1], 2))


def vgg():
    layers = []
    for inputs, outputs in zip((3, *PAIRS), PAIRS):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), relu()]
        layers += [nn.Conv2d(outputs, outputs, 3, padding=1), relu(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(4 * 4 * PAIRS[-1], 10))


def resnet18():
    layers, inputs = [*normalized(3, STAGES[0], padding=1), relu()], STAGES[0]
    for outputs in STAGES:
        if outputs == inputs:
            layers.append(Block(inputs, outputs, 1, nn.Identity()))
        else:
            layers.append(Block(inputs, outputs, 2, nn.Sequential(*normalized(inputs, outputs, 1, stride=2))))
        layers.append(Block(outputs, outputs, 1, nn.Identity()))
        inputs = outputs
    return nn.Sequential(*layers, *classifier(STAGES[-1], 10))


def mobilenet():
    layers = [*normalized(3, STEM, padding=1), relu()]
    for inputs, outputs, stride in SEPARABLE:
        layers += [*normalized(inputs, inputs, stride=stride, padding=1, groups=inputs), relu()]
        layers += [*normalized(inputs, outputs, 1), relu()]
    return nn.Sequential(*layers, *classifier(SEPARABLE[-1][1], 10))


def fcn(task, as_images):
    """Takes the series as images of height 1 if `as_images`: only images can be channels last."""
    layers, inputs = [], task.shape[1]
    for outputs, taps in SERIES:
        if as_images:
            layers += normalized(inputs, outputs, (1, taps), padding=(0, taps // 2))
        else:
            layers += [nn.Conv1d(inputs, outputs, taps, padding=taps // 2, bias=False), nn.BatchNorm1d(outputs)]
        layers.append(relu())
        inputs = outputs
    pool = nn.AdaptiveAvgPool2d(1) if as_images else nn.AdaptiveAvgPool1d(1)
    return nn.Sequential(*layers, pool, nn.Flatten(), nn.Linear(inputs, task.classes))


def network(task, channels_last):
    """Returns the network of `task`, with channels last if `channels_last`."""
    makers = {
        "gated": lambda: Gated(task), "mnist-cnn": mnist, "cats-dogs": cats_dogs, "vgg-cifar": vgg, "resnet18": resnet18,
        "bi-gru": lambda: Packed(task), "mobilenet": mobilenet, "fcn": lambda: fcn(task, as_images=channels_last),
    }
    model = makers.get(task.network, lambda: Recurrent(task))()
    return model.to(memory_format=torch.channels_last) if channels_last else model
