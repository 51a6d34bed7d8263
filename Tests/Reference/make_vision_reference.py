#!/usr/bin/env python3
"""PyTorch's numbers for the layers over images: vision.npz in this folder.

    python3 make_vision_reference.py          with torch (written with 2.15.0) and numpy, on one thread, in double precision

For each case: `NAME.x` and `NAME.y`, images with channels last; `NAME.grad.y`, the upstream gradient; `NAME.grad.x`;
`NAME.PARAMETER` and `NAME.grad.PARAMETER` in PyTorch's layouts; for batch normalization `NAME.after.BUFFER` and `NAME.eval`,
the output in evaluation after one step.
"""

import pathlib

import numpy
import torch
from torch import nn

torch.manual_seed(7)
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
arrays = {}


def last(images):
    """Channels last, in float32."""
    return images.detach().permute(0, 2, 3, 1).contiguous().numpy().astype("f4")


def record(name, module, shape):
    for parameter in module.parameters():
        # Inputs that are exact in float32.
        parameter.data = (torch.randn(parameter.shape) * 0.5).float().double()
    x = torch.randn(shape).float().double().requires_grad_()
    arrays.update({f"{name}.{key}": value.detach().numpy().astype("f4") for key, value in module.named_parameters()})
    y = module(x)
    upstream = torch.randn(y.shape).float().double()
    y.backward(upstream)
    arrays[f"{name}.x"], arrays[f"{name}.grad.x"] = last(x), last(x.grad)
    arrays[f"{name}.y"], arrays[f"{name}.grad.y"] = last(y), last(upstream)
    for key, parameter in module.named_parameters():
        arrays[f"{name}.grad.{key}"] = parameter.grad.numpy().astype("f4")
    if any(True for _ in module.buffers()):
        for key, value in module.named_buffers():
            if value.dim():
                arrays[f"{name}.after.{key}"] = value.numpy().astype("f4")
        module.eval()
        arrays[f"{name}.eval"] = last(module(x))


class Residual(nn.Module):
    """relu(body(x) + shortcut(x))"""

    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body = body
        self.shortcut = shortcut or nn.Sequential()

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


record("conv", nn.Conv2d(5, 7, 3, stride=2, padding=1), (4, 5, 9, 8))
record("conv-dilated", nn.Conv2d(18, 20, (3, 2), padding=(2, 1), dilation=2, bias=False), (3, 18, 7, 6))
record("conv-groups", nn.Conv2d(6, 9, 3, groups=3), (3, 6, 6, 7))
record("max-pool", nn.MaxPool2d(3, stride=2, padding=1), (3, 5, 8, 7))
record("average-pool", nn.AvgPool2d((2, 3), stride=2, padding=1), (3, 5, 8, 7))
record("global-average-pool", nn.AdaptiveAvgPool2d(1), (3, 5, 4, 6))
record("batch-norm", nn.BatchNorm2d(5), (6, 5, 4, 3))
record(
    "residual",
    Residual(
        nn.Sequential(
            nn.Conv2d(4, 6, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(6), nn.ReLU(), nn.Conv2d(6, 6, 3, padding=1)
        ),
        nn.Sequential(nn.Conv2d(4, 6, 1, stride=2, bias=False)),
    ),
    (4, 4, 6, 5),
)
record("residual-identity", Residual(nn.Sequential(nn.Conv2d(3, 3, 3, padding=1))), (2, 3, 4, 5))
record("conv-tiles", nn.Conv2d(16, 20, 3, padding=1), (3, 16, 6, 7))
record("conv-tiles-of-two", nn.Conv2d(9, 17, 3, bias=False), (3, 9, 4, 8))
record("conv-depthwise", nn.Conv2d(18, 18, 3, stride=2, padding=1, groups=18), (3, 18, 7, 6))
record("conv-narrow-groups", nn.Conv2d(20, 20, (3, 2), padding=(2, 1), dilation=2, groups=5, bias=False), (3, 20, 7, 6))
record("max-pool-ceil", nn.MaxPool2d(3, stride=2, padding=(1, 0), ceil_mode=True), (3, 5, 8, 6))
record("average-pool-ceil", nn.AvgPool2d((2, 3), stride=(3, 2), padding=1, ceil_mode=True), (3, 18, 7, 8))
record("average-pool-pixels", nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False), (3, 5, 8, 7))
record("average-pool-ceil-pixels", nn.AvgPool2d(3, stride=2, ceil_mode=True, count_include_pad=False), (3, 5, 8, 6))
record("conv-same", nn.Conv2d(5, 7, (2, 4), padding="same", dilation=(3, 1)), (3, 5, 6, 7))
record("adaptive-average-pool", nn.AdaptiveAvgPool2d((3, 9)), (3, 18, 7, 6))
record("conv-transpose", nn.ConvTranspose2d(5, 7, 3, stride=2, padding=1, output_padding=1), (3, 5, 4, 5))
record(
    "conv-transpose-groups",
    nn.ConvTranspose2d(18, 20, (3, 2), stride=(1, 3), padding=(2, 0), groups=2, bias=False, dilation=(2, 1)),
    (3, 18, 5, 4))
record("upsample", nn.Upsample(scale_factor=(2, 3)), (3, 5, 4, 3))
record("upsample-bilinear", nn.Upsample(scale_factor=(3, 2), mode="bilinear"), (3, 18, 4, 5))
record("upsample-corners", nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True), (3, 5, 3, 4))
numpy.savez_compressed(pathlib.Path(__file__).with_name("vision.npz"), **arrays)
