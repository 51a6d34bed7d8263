#!/usr/bin/env python3
"""torchvision's networks and their results: networks.json in this folder.

    $(../Support/python-environment --torchvision) make_networks.py [NAME...]

In double precision. Makes the networks of these names anew; without names, all.

For each network: the number of parameters with 1000 classes, and the SHA-256 of the sorted lines "NAME EXTENT EXTENT ..." of its state
dict without num_batches_tracked. Then, with 10 classes and values that `values` gives, on two images: the logits outside of training,
and for one training step without dropout the logits, and of each parameter's gradient the norm and the sum with the weights that
`values` gives for its name behind "gradient of ".
"""

import hashlib
import json
import pathlib
import sys
import types
import zlib

import numpy
import torch

# PyPI's torchvision has compiled operators for CUDA, which do not load beside a PyTorch without it. The networks need none.
sys.modules["torchvision._meta_registrations"] = types.ModuleType("torchvision._meta_registrations")
from torchvision import models  # noqa: E402

NETWORKS = {
    "resnet18": "resnet18", "resnet34": "resnet34", "resnet50": "resnet50", "resnet101": "resnet101",
    "resnext50": "resnext50_32x4d", "wide-resnet50": "wide_resnet50_2", "alexnet": "alexnet", "vgg11": "vgg11", "vgg13": "vgg13",
    "vgg16": "vgg16", "vgg19": "vgg19", "vgg11-bn": "vgg11_bn", "vgg13-bn": "vgg13_bn", "vgg16-bn": "vgg16_bn",
    "vgg19-bn": "vgg19_bn", "squeezenet1-1": "squeezenet1_1", "mobilenet-v2": "mobilenet_v2",
    "mobilenet-v3-small": "mobilenet_v3_small", "mobilenet-v3-large": "mobilenet_v3_large", "efficientnet-b0": "efficientnet_b0",
    "densenet121": "densenet121",
}
# Height and width of the images, small and odd. At the usual size some values of MobileNetV2 lie so near the corners of ReLU6 that
# gradients in PyTorch's own float32 differ by a hundredth from those in float64; at this one by 3e-5.
SIZES = {"alexnet": (67, 70), "mobilenet-v2": (80, 67)}
# Trained with SiLU in place of ReLU. Of their millions of values some lie so near ReLU's corner that they have another sign in
# float32; each changes gradients, in PyTorch's own float32 by up to a twentieth.
SMOOTH = {"resnet50", "resnet101", "resnext50", "wide-resnet50"}
FILE = pathlib.Path(__file__).parent / "networks.json"


def values(name, count):
    """Numbers from -1 to 1 that depend on the name and the index alone."""
    x = numpy.arange(count, dtype=numpy.uint32) * numpy.uint32(2654435761) + numpy.uint32(zlib.crc32(name.encode()))
    for _ in range(2):
        x = (x ^ (x >> numpy.uint32(16))) * numpy.uint32(0x45D9F3B)
    x ^= x >> numpy.uint32(16)
    # Exact in float32.
    return (x >> numpy.uint32(8)).astype(numpy.float64) / (1 << 23) - 1


def fill(model):
    for name, tensor in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        drawn = values(name, tensor.numel()).reshape(tensor.shape)
        if tensor.dim() > 1:
            drawn = drawn * numpy.float32((6 / numpy.prod(tensor.shape[1:])) ** 0.5).astype(numpy.float64)
        elif name.endswith("running_var") or name.endswith("weight"):
            drawn = 1 + drawn / 4
        else:
            drawn = drawn / 8
        # As float32 has them.
        tensor.copy_(torch.from_numpy(drawn.astype(numpy.float32).astype(numpy.float64)))


def still(model):
    """Without anything that draws at random."""
    for module in model.modules():
        if hasattr(module, "p") and type(module).__name__ in ("Dropout", "StochasticDepth"):
            module.p = 0.0
    return model


def smooth(module):
    """With SiLU in place of ReLU."""
    for name, child in module.named_children():
        if isinstance(child, torch.nn.ReLU):
            setattr(module, name, torch.nn.SiLU())
        else:
            smooth(child)


def entry_of(name, theirs):
    whole = getattr(models, theirs)()
    lines = sorted(
        " ".join([key, *map(str, value.shape)]) + "\n" for key, value in whole.state_dict().items() if "num_batches" not in key)
    entry = {
        "name": name, "parameters": sum(p.numel() for p in whole.parameters()),
        "names": hashlib.sha256("".join(lines).encode()).hexdigest(), "smooth": name in SMOOTH,
    }
    del whole
    model = still(getattr(models, theirs)(num_classes=10))
    with torch.no_grad():
        fill(model)
    height, width = SIZES.get(name, (64, 51))
    x = torch.from_numpy(values("images", 2 * 3 * height * width)).reshape(2, 3, height, width)
    model.eval()
    with torch.no_grad():
        entry["logits"] = model(x).flatten().tolist()
    if name in SMOOTH:
        smooth(model)
    model.train()
    y = model(x)
    entry["trained"] = y.flatten().tolist()
    y.backward(torch.from_numpy(values("upstream", y.numel())).reshape(y.shape))
    entry["gradients"] = {
        key: [p.grad.norm().item(), (p.grad.flatten() @ torch.from_numpy(values(f"gradient of {key}", p.numel()))).item()]
        for key, p in model.named_parameters()
    }
    entry["size"] = [height, width]
    return rounded(entry)


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return {key: rounded(each) for key, each in value.items()} if isinstance(value, dict) else value


def main():
    torch.set_default_dtype(torch.float64)
    wanted = sys.argv[1:] or list(NETWORKS)
    entries = {entry["name"]: entry for entry in json.loads(FILE.read_text())} if sys.argv[1:] else {}
    for name in wanted:
        entries[name] = entry_of(name, NETWORKS[name])
        print(name, flush=True)
    lines = ",\n".join(json.dumps(entries[name]) for name in NETWORKS)
    FILE.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
