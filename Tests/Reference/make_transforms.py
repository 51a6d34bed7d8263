"""Writes transforms.npz: torchvision's transforms of a small image, each with the parameters named in its key.

python3 make_transforms.py   (torchvision 0.29.2, torch 2.15.0; on float tensors, antialias=True)
Images are stored as 16-bit whole numbers, value * 65535, height x width x 3.
"""
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision.transforms import AugMix, AutoAugment, AutoAugmentPolicy, InterpolationMode, RandAugment
from torchvision.transforms import TrivialAugmentWide, functional as F
from torchvision.transforms.autoaugment import _apply_op

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

# 8-bit images, as torchvision's automatic augmentation has them; and the same operations on floats where they exist.
whole_numbers = torch.from_numpy(pixels.copy()).permute(2, 0, 1)


def add_bytes(name, tensor):
    add(name, tensor.float() / 255)


add("vertical-flip", F.vflip(image))
affines = [(20.0, [3, -5], 1.2, [10.0, -7.0], None), (-33.0, [0, 0], 0.7, [0.0, 0.0], [11.0, 8.0])]
for number, (angle, translate, scale, shear, center) in enumerate(affines):
    for mode in (InterpolationMode.NEAREST, InterpolationMode.BILINEAR):
        add(f"affine-{mode.value}-{number}",
            F.affine(image, angle, translate, scale, shear, mode, fill=[0.2, 0.4, 0.6], center=center))
height, width = image.shape[1:]
start = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
end = [[4, 7], [width - 9, 2], [width - 3, height - 11], [10, height - 1]]
for mode in (InterpolationMode.NEAREST, InterpolationMode.BILINEAR):
    add(f"perspective-{mode.value}", F.perspective(image, start, end, mode, fill=[0.2, 0.4, 0.6]))
add("grayscale", F.rgb_to_grayscale(image, 3))
add("invert", F.invert(image))
add_bytes("solarize-100", F.solarize(whole_numbers, 100))
add_bytes("solarize-51.5", F.solarize(whole_numbers, 51.5))
for bits in (0, 1, 3, 4, 7, 8):
    add_bytes(f"posterize-{bits}", F.posterize(whole_numbers, bits))
for factor in (0.0, 0.1, 1.9, 5.0):
    add(f"sharpness-{factor}", F.adjust_sharpness(image, factor))
add("autocontrast", F.autocontrast(image))
add_bytes("equalize", F.equalize(whole_numbers))
few = whole_numbers // 64 * 9 + 30
add_bytes("few-levels", few)
add_bytes("equalize-few-levels", F.equalize(few))
add_bytes("autocontrast-few-levels", F.autocontrast(few))
add("erasing", F.erase(image, 5, 9, 20, 11, torch.tensor([0.1, 0.5, 0.9])[:, None, None]))

# The operations of automatic augmentation, at one strength of either sign.
operations = ["Identity", "ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate", "Brightness", "Color", "Contrast",
              "Sharpness", "Posterize", "Solarize", "AutoContrast", "Equalize", "Invert"]
spaces = {
    "usual": lambda bins, size: AutoAugment()._augmentation_space(bins, size),
    "rand": lambda bins, size: RandAugment()._augmentation_space(bins, size),
    "mixed": lambda bins, size: AugMix()._augmentation_space(bins, size),
    "wide": lambda bins, size: TrivialAugmentWide()._augmentation_space(bins),
}
for place, name in enumerate(operations):
    for sign in (-1, 1):
        values, signed = {**spaces["usual"](10, (height, width)), **spaces["wide"](31, (height, width))}.get(name)
        strength = float(values[7]) if values.ndim else 0.0
        if sign < 0 and not signed:
            continue
        changed = _apply_op(whole_numbers, name, sign * strength, InterpolationMode.NEAREST, None)
        add_bytes(f"operation-{place}-{'minus' if sign < 0 else 'plus'}", changed)

# Every strength of an image of 224 x 300 pixels: operations x bins; zero for operations without one.
for space, bins in (("usual", 10), ("rand", 31), ("wide", 31), ("rand", 9), ("wide", 12), ("mixed", 10)):
    table = np.zeros((len(operations), bins))
    for place, name in enumerate(operations):
        values, signed = spaces[space](bins, (224, 300)).get(name, (torch.tensor(0.0), False))
        if values.ndim:
            # In float32, the middle of 0 to 32 is a little below 16.
            table[place] = [int(v + 1e-4) if name.startswith("Translate") else float(v) for v in values]
    results[f"strengths-{space}-{bins}"] = table
# The policies: pairs x 2 steps x (operation, probability, strength; -1 for none).
for policy in AutoAugmentPolicy:
    results[f"policy-{policy.value}"] = np.array([
        [[operations.index(name), chance, -1 if strength is None else strength] for name, chance, strength in pair]
        for pair in AutoAugment(policy).policies])

# Grey images, from PIL's convert("L").
bytes_of_grey = torch.from_numpy(np.asarray(Image.fromarray(pixels).convert("L")).copy())[None]
grey = bytes_of_grey.float() / 255
add("grey-resize", F.resize(grey, [20, 61], antialias=True))
add("grey-center-crop", F.center_crop(grey, [47, 31]))
add("grey-random-resized-crop", F.resized_crop(grey, 5, 7, 21, 30, [32, 28], antialias=True))
add("grey-horizontal-flip", F.hflip(grey))
add("grey-vertical-flip", F.vflip(grey))
add("grey-rotation", F.rotate(grey, 17.3, InterpolationMode.BILINEAR, fill=[0.0]))
for number, (order, factors) in enumerate(jitters):
    changed = grey
    for which, factor in zip(order, factors):
        changed = adjust[which](changed, factor)
    add(f"grey-color-jitter-{number}", changed)
add("grey-blur", F.gaussian_blur(grey, [7, 7], [1.0, 1.0]))
for mode in (InterpolationMode.NEAREST, InterpolationMode.BILINEAR):
    add(f"grey-affine-{mode.value}", F.affine(grey, 20.0, [3, -5], 1.2, [10.0, -7.0], mode, fill=[0.2]))
add("grey-perspective", F.perspective(grey, start, end, InterpolationMode.BILINEAR, fill=[0.2]))
add("grey-grayscale", F.rgb_to_grayscale(grey, 1))
add("grey-invert", F.invert(grey))
add_bytes("grey-solarize", F.solarize(bytes_of_grey, 100))
add_bytes("grey-posterize", F.posterize(bytes_of_grey, 3))
add("grey-sharpness", F.adjust_sharpness(grey, 1.9))
add("grey-autocontrast", F.autocontrast(grey))
add_bytes("grey-equalize", F.equalize(bytes_of_grey))
add("grey-erasing", F.erase(grey, 5, 9, 20, 11, torch.tensor([0.1])[:, None, None]))
add("grey-color", _apply_op(grey, "Color", 0.7, InterpolationMode.NEAREST, None))
results["grey-normalized"] = F.normalize(grey, [0.4], [0.25]).permute(1, 2, 0).contiguous().numpy()

np.savez_compressed(folder / "transforms.npz", **results)
