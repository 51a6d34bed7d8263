"""Writes transforms.npz: torchvision's transforms of a small image, each with the parameters named in its key.

python3 make_transforms.py   (torchvision 0.29.2, torch 2.15.0; on float tensors, antialias=True)
Images are stored as 16-bit whole numbers, value * 65535, height x width x 3.
"""
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision.transforms import InterpolationMode, functional as F

folder = Path(__file__).parent
pixels = np.asarray(Image.open(folder / "images" / "colour.png"))
image = torch.from_numpy(pixels.copy()).permute(2, 0, 1).float() / 255

results = {}


def add(name, tensor):
    assert tensor.min() >= 0 and tensor.max() <= 1.00001, name
    results[name] = np.round(tensor.permute(1, 2, 0).double().numpy() * 65535).clip(0, 65535).astype(np.uint16)


for name, size in {"shorter": 32, "mixed": [20, 61], "up": [64, 90], "down": [9, 11]}.items():
    add(f"resize-{name}", F.resize(image, size, antialias=True))
pil = F.resize(Image.fromarray(pixels), [32, 32])
add("resize-pil", torch.from_numpy(np.asarray(pil).copy()).permute(2, 0, 1).float() / 255)
add("center-crop-within", F.center_crop(image, [23, 32]))
add("center-crop-beyond", F.center_crop(image, [47, 31]))
add("random-crop", F.crop(F.pad(image, [5, 3, 5, 3]), 1, 14, 42, 47))
add("random-resized-crop", F.resized_crop(image, 5, 7, 21, 30, [32, 28], antialias=True))
add("horizontal-flip", F.hflip(image))
for angle in (17.3, -20.0, 89.9, 180.0):
    add(f"rotation-nearest-{angle}", F.rotate(image, angle, InterpolationMode.NEAREST, fill=[0.0] * 3))
for angle in (17.3, -33.0):
    add(f"rotation-bilinear-{angle}", F.rotate(image, angle, InterpolationMode.BILINEAR, fill=[0.0] * 3))

adjust = [F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue]
jitters = [([0], [1.4]), ([0], [0.3]), ([1], [1.5]), ([1], [0.2]), ([2], [1.8]), ([2], [0.0]), ([3], [0.1]),
           ([3], [-0.5]), ([3], [0.5]), ([3], [-0.07]), ([0, 1, 2, 3], [1.2, 0.7, 1.3, 0.15]),
           ([3, 2, 1, 0], [-0.2, 1.4, 1.2, 0.8]), ([2, 0, 3, 1], [0.6, 1.1, 0.3, 1.6])]
for number, (order, factors) in enumerate(jitters):
    changed = image
    for which, factor in zip(order, factors):
        changed = adjust[which](changed, factor)
    add(f"color-jitter-{number}", changed)

for sigma in (0.1, 0.5, 1.0, 2.0):
    add(f"blur-7-{sigma}", F.gaussian_blur(image, [7, 7], [sigma, sigma]))
# torchvision names the width first.
add("blur-3x5-0.8", F.gaussian_blur(image, [5, 3], [0.8, 0.8]))

mean, deviation = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
whole = F.resize(image, [32, 32], antialias=True)
whole = F.hflip(whole)
for which, factor in zip([1, 3, 2, 0], [0.93, 0.04, 1.08, 1.0]):
    whole = adjust[which](whole, factor)
whole = F.rotate(whole, -11.0, fill=[0.0] * 3)
whole = F.gaussian_blur(whole, [7, 7], [0.6, 0.6])
add("pipeline", whole)
results["pipeline-normalized"] = F.normalize(whole, mean, deviation).permute(1, 2, 0).contiguous().numpy()

np.savez_compressed(folder / "transforms.npz", **results)
