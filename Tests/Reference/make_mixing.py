"""Writes mixing.npz: batches mixed by torchvision's MixUp and CutMix, and the boxes that CutMix draws."""

import os

import numpy as np
import torch
from torchvision.transforms import v2


class Fixed:
    """A distribution that always gives one number."""

    def __init__(self, value):
        self.value = value

    def sample(self, shape):
        return torch.full(shape, self.value)


def make(kind, classes, share):
    transform = kind(alpha=1.0, num_classes=classes)
    transform._dist = Fixed(share)
    return transform


def main():
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    torch.manual_seed(6)
    samples, classes = 5, 4
    images, labels = torch.randn(samples, 3, 6, 7), torch.randint(0, classes, (samples,))
    # Channels last, as here.
    arrays = {"images": images.permute(0, 2, 3, 1).numpy(), "labels": labels.numpy().astype(np.int32)}
    for share in (0.25, 0.7):
        mixed, targets = make(v2.MixUp, classes, share)(images, labels)
        arrays[f"mixup.{share}.images"] = mixed.permute(0, 2, 3, 1).contiguous().numpy()
        arrays[f"mixup.{share}.targets"] = targets.numpy()

    # The box of each share, image size and centre; the centre is what randint would draw, the column first.
    draw = np.random.default_rng(7)
    numbers, boxes, adjusted = [], [], []
    randint = torch.randint
    for case in range(300):
        height, width = (6, 7) if case < 3 else draw.integers(1, 40, 2)
        row, column = draw.integers(height), draw.integers(width)
        share = float(np.float32([0.0, 1.0][case - 10] if case in (10, 11) else draw.uniform()))
        transform = make(v2.CutMix, classes, share)
        drawn = [int(column), int(row)]
        torch.randint = lambda *_, **__: torch.tensor([drawn.pop(0)])
        image = torch.zeros(2, 3, height, width)
        params = transform.make_params([image])
        numbers.append([share, height, width, row, column])
        left, top, right, bottom = params["box"]
        boxes.append([top, bottom, left, right])
        adjusted.append(params["lam_adjusted"])
        if case < 3:
            drawn = [int(column), int(row)]
            mixed, targets = transform(images, labels)
            arrays[f"cutmix.{case}.images"] = mixed.permute(0, 2, 3, 1).contiguous().numpy()
            arrays[f"cutmix.{case}.targets"] = targets.numpy()
    torch.randint = randint
    arrays["cutmix.numbers"] = np.array(numbers)
    arrays["cutmix.boxes"] = np.array(boxes, dtype=np.int32)
    arrays["cutmix.shares"] = np.array(adjusted)
    np.savez_compressed("mixing.npz", **arrays)


if __name__ == "__main__":
    main()
