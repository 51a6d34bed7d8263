#!/usr/bin/env python3
"""Records PyTorch's results for layers that work value by value or row by row, for layers over steps, and for the losses.

    venv/bin/python make_elementwise.py        (the environment of make_reference.py)

elementwise.npz holds one forward and backward pass of each layer, with the names of layers.npz: LAYER.x, LAYER.grad.y and
LAYER.PARAMETER as float32; LAYER.y, LAYER.grad.x and LAYER.grad.PARAMETER as float64. Embedding has no grad.x.

losses.npz holds, for each LOSS, LOSS.x (outputs, float32), LOSS.y (targets, float32 or int64), LOSS.lengths if rows have
lengths, and the mean LOSS.loss and LOSS.grad.x as float64. Class weights are in `weights`.
"""

import os

import numpy as np
import torch
import torch.nn.functional as F

from make_reference import forward_backward


class Last(torch.nn.Module):
    """A layer with features first as one with features last. Its parameters are those of its last layer."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        last = layer[-1] if isinstance(layer, torch.nn.Sequential) else layer
        self.names = {parameter: name for name, parameter in last.named_parameters()}

    def named_parameters(self, *arguments, **options):
        return ((self.names[value], value) for _, value in super().named_parameters(*arguments, **options))

    def forward(self, x):
        return self.layer(x.movedim(-1, 1)).movedim(1, -1)


class Function(torch.nn.Module):
    """A function without parameters."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class AttentionPool(torch.nn.Module):
    """The mean of the steps, weighted by the softmax of the scores that layers make of them."""

    def __init__(self, *attention):
        super().__init__()
        self.attention = torch.nn.Sequential(*attention)

    def forward(self, x):
        return (torch.softmax(self.attention(x), 1) * x).sum(1)


def record(layers, arrays):
    """Adds a pass of each layer, by name: with inputs of a shape, and random weights."""
    for name, (layer, shape) in layers.items():
        for parameter in layer.parameters():
            torch.nn.init.normal_(parameter)
        x = 3 * torch.randn(shape)
        with torch.no_grad():
            upstream = torch.randn(layer(x).shape)
        arrays[f"{name}.x"], arrays[f"{name}.grad.y"] = x.numpy(), upstream.numpy()
        arrays.update({f"{name}.{key}": value.detach().numpy().copy() for key, value in layer.named_parameters()})
        double = forward_backward(layer.double(), x.double(), upstream.double())
        arrays.update({f"{name}.{key}": value for key, value in double.items()})


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
    record(layers, arrays)
    table = torch.nn.Embedding(7, 5, padding_idx=2)
    indices, upstream = torch.randint(0, 7, (6, 4)), torch.randn(6, 4, 5)
    arrays["embedding.x"], arrays["embedding.grad.y"] = indices.numpy().astype(np.float32), upstream.numpy()
    arrays["embedding.weight"] = table.weight.detach().numpy().copy()
    table.double()
    y = table(indices)
    y.backward(upstream.double())
    arrays["embedding.y"], arrays["embedding.grad.weight"] = y.detach().numpy(), table.weight.grad.numpy()
    record({
        "conv1d-same": (Last(torch.nn.Conv1d(19, 6, 4, padding="same", dilation=3)), (4, 7, 19)),
        "conv1d-causal": (
            Last(torch.nn.Sequential(torch.nn.ConstantPad1d((4, 0), 0.0), torch.nn.Conv1d(19, 6, 3, dilation=2))),
            (4, 7, 19)),
        "global-max-pool": (Function(lambda x: x.max(1).values), (4, 7, 19)),
        "attention-pool": (AttentionPool(torch.nn.Linear(19, 1, bias=False)), (4, 7, 19)),
        "attention-pool-hidden": (
            AttentionPool(torch.nn.Linear(19, 6), torch.nn.Tanh(), torch.nn.Linear(6, 1, bias=False)), (4, 7, 19)),
        "reverse": (Function(lambda x: x.flip(1)), (4, 7, 19)),
    }, arrays)
    record({
        "relu6": (torch.nn.ReLU6(), (5, 3, 19)),
        "silu": (torch.nn.SiLU(), (5, 3, 19)),
        "hardswish": (torch.nn.Hardswish(), (5, 3, 19)),
        "hardsigmoid": (torch.nn.Hardsigmoid(), (5, 3, 19)),
        "elu": (torch.nn.ELU(0.6), (5, 3, 19)),
        "selu": (torch.nn.SELU(), (5, 3, 19)),
        "softplus": (torch.nn.Softplus(1.5, 4), (5, 3, 19)),
        "mish": (torch.nn.Mish(), (5, 3, 19)),
        "prelu": (torch.nn.PReLU(), (5, 3, 19)),
        "prelu-channels": (Last(torch.nn.PReLU(19)), (5, 3, 19)),
        "log-softmax": (torch.nn.LogSoftmax(dim=-1), (5, 3, 19)),
        "max-pool1d-ceil": (Last(torch.nn.MaxPool1d(3, stride=2, padding=1, ceil_mode=True)), (4, 6, 19)),
        "average-pool1d-ceil": (Last(torch.nn.AvgPool1d(3, stride=2, padding=1, ceil_mode=True)), (4, 6, 19)),
        "average-pool1d-steps": (
            Last(torch.nn.AvgPool1d(4, stride=3, padding=2, ceil_mode=True, count_include_pad=False)), (4, 6, 19)),
        "adaptive-average-pool1d": (Last(torch.nn.AdaptiveAvgPool1d(3)), (4, 7, 19)),
        "conv-transpose1d": (
            Last(torch.nn.ConvTranspose1d(19, 6, 4, stride=3, padding=1, output_padding=2)), (4, 5, 19)),
        "upsample1d": (Last(torch.nn.Upsample(scale_factor=3)), (4, 5, 19)),
        "upsample1d-linear": (Last(torch.nn.Upsample(scale_factor=3, mode="linear")), (4, 5, 19)),
        "upsample1d-corners": (
            Last(torch.nn.Upsample(scale_factor=2, mode="linear", align_corners=True)), (4, 5, 19)),
        "rms-norm": (torch.nn.RMSNorm(19, eps=2**-23), (5, 3, 19)),
        "group-norm": (Last(torch.nn.GroupNorm(3, 18, eps=1e-3)), (5, 7, 18)),
        "group-norm-vectors": (torch.nn.GroupNorm(4, 20), (5, 20)),
        "group-norm-images": (Last(torch.nn.GroupNorm(2, 6, affine=False)), (5, 4, 3, 6)),
        "instance-norm": (Last(torch.nn.InstanceNorm1d(19)), (5, 7, 19)),
        "instance-norm-images": (Last(torch.nn.InstanceNorm2d(5, affine=True)), (4, 4, 3, 5)),
        "local-response-norm": (Last(torch.nn.LocalResponseNorm(5)), (5, 3, 19)),
        "local-response-norm-images": (Last(torch.nn.LocalResponseNorm(4, 0.5, 0.6, 2)), (3, 4, 3, 18)),
    }, arrays)
    np.savez_compressed("elementwise.npz", **arrays)


def record_losses():
    """Writes losses.npz."""
    samples, steps, classes = 6, 4, 5
    weights = torch.rand(classes) + 0.5
    lengths = torch.tensor([4, 1, 3, 2, 4, 1])
    valid = torch.arange(steps)[None] < lengths[:, None]
    arrays = {"weights": weights.numpy()}

    def record(name, x, y, loss, lengths=None):
        z = x.double().requires_grad_()
        value = loss(z, y)
        value.backward()
        arrays[f"{name}.x"], arrays[f"{name}.y"] = x.numpy(), y.numpy()
        arrays[f"{name}.loss"], arrays[f"{name}.grad.x"] = np.float64([value.item()]), z.grad.numpy()
        if lengths is not None:
            arrays[f"{name}.lengths"] = lengths.numpy().astype(np.int32)

    def entropy(**options):
        return lambda z, y: F.cross_entropy(z, y, **options)

    y = torch.randint(0, classes, (samples,))
    ignored = y.clone()
    ignored[2] = -100
    double = weights.double()
    for name, target, options in [
        ("plain", y, {}),
        ("smoothed", y, {"label_smoothing": 0.1}),
        ("weighted", y, {"weight": double}),
        ("ignoring", ignored, {"ignore_index": -100}),
        ("everything", ignored, {"label_smoothing": 0.2, "weight": double, "ignore_index": -100}),
    ]:
        record(f"cross-entropy.{name}", 2 * torch.randn(samples, classes), target, entropy(**options))
    record(
        "cross-entropy.steps", 2 * torch.randn(samples, steps, classes), torch.randint(0, classes, (samples, steps)),
        lambda z, y: F.cross_entropy(z[valid], y[valid], label_smoothing=0.1), lengths)
    values = {
        "bce": F.binary_cross_entropy_with_logits,
        "mse": F.mse_loss,
        "l1": F.l1_loss,
        "huber": lambda z, y: F.huber_loss(z, y, delta=0.7),
        "smooth-l1": lambda z, y: F.smooth_l1_loss(z, y, beta=0.7),
    }
    for name, loss in values.items():
        for suffix, shape in [("rows", (samples, 19)), ("steps", (samples, steps, 3))]:
            y = torch.randint(0, 2, shape).float() if name == "bce" else torch.randn(shape)
            if suffix == "rows":
                record(f"{name}.rows", 2 * torch.randn(shape), y, lambda z, y: loss(z, y.double()))
            else:
                record(
                    f"{name}.steps", 2 * torch.randn(shape), y, lambda z, y: loss(z[valid], y.double()[valid]), lengths)
    record_more_losses(record, arrays, weights.double(), valid, lengths)
    np.savez_compressed("losses.npz", **arrays)


def record_more_losses(record, arrays, weights, valid, lengths):
    """Losses of mixed classes, focal losses, and events with weights."""
    classes, share = len(weights), 0.3
    samples, steps = valid.shape

    def mixed(y, partners):
        return share * F.one_hot(y, classes).double() + (1 - share) * F.one_hot(partners, classes).double()

    def focal(gamma, weights):
        def mean(z, y):
            log = F.log_softmax(z, -1).gather(-1, y[:, None])[:, 0]
            factor = torch.ones_like(log) if weights is None else weights[y]
            return (-factor * (1 - log.exp()) ** gamma * log).sum() / factor.sum()
        return mean

    for name, options in [
        ("mixed", {}), ("mixed-weighted", {"weight": weights}), ("mixed-smoothed", {"label_smoothing": 0.1}),
        ("mixed-everything", {"weight": weights, "label_smoothing": 0.2}),
    ]:
        partners = torch.randint(0, classes, (samples,))
        record(
            f"cross-entropy.{name}", 2 * torch.randn(samples, classes), torch.randint(0, classes, (samples,)),
            lambda z, y: F.cross_entropy(z, mixed(y, partners), **options))
        arrays[f"cross-entropy.{name}.partners"] = partners.numpy()
    for name, gamma, factors in [("plain", 2.0, None), ("half", 0.5, None), ("weighted", 1.5, weights)]:
        record(
            f"focal.{name}", 2 * torch.randn(samples, classes), torch.randint(0, classes, (samples,)),
            focal(gamma, factors))
    record(
        "focal.mixed", 2 * torch.randn(samples, classes), torch.randint(0, classes, (samples,)),
        lambda z, y: share * focal(2.0, None)(z, y) + (1 - share) * focal(2.0, None)(z, y.roll(1)))
    arrays["focal.mixed.partners"] = torch.from_numpy(arrays["focal.mixed.y"]).roll(1).numpy()

    def sigmoid_focal(alpha, gamma):
        """torchvision.ops.sigmoid_focal_loss with reduction="mean"."""
        def mean(z, y):
            p = torch.sigmoid(z)
            loss = F.binary_cross_entropy_with_logits(z, y, reduction="none")
            loss = loss * (1 - (p * y + (1 - p) * (1 - y))) ** gamma
            return ((alpha * y + (1 - alpha) * (1 - y)) * loss if alpha >= 0 else loss).mean()
        return mean

    events = {
        "bce-weighted": lambda z, y: F.binary_cross_entropy_with_logits(
            z, y, pos_weight=arrays["positive-weights"][: z.shape[-1]]),
        "binary-focal": sigmoid_focal(0.25, 2.0),
        "binary-focal-half": sigmoid_focal(-1, 0.5),
    }
    arrays["positive-weights"] = torch.rand(19).double() + 0.5
    for name, loss in events.items():
        y = torch.randint(0, 2, (samples, 19)).float()
        record(f"{name}.rows", 2 * torch.randn(samples, 19), y, lambda z, y: loss(z, y.double()))
        # Soft targets, as mixing makes them.
        y = torch.rand(samples, steps, 3)
        record(
            f"{name}.steps", 2 * torch.randn(samples, steps, 3), y,
            lambda z, y: loss(z[valid], y.double()[valid]), lengths)
    arrays["positive-weights"] = arrays["positive-weights"].numpy()


def main():
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(4)
    record_layers()
    torch.manual_seed(5)
    record_losses()


if __name__ == "__main__":
    main()
