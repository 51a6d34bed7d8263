"""Times random transforms of images of 224 x 224 pixels: dp-train's on one rank beside torchvision's on one thread.

python3 transforms.py [--program .build/release/dp-train] [--torchvision]

Prints milliseconds of processor time per image. dp-train's is the difference of two trainings, one with ten copies of the
transform, divided by the images and copies; torchvision's is measured on PIL images and on tensors of bytes.
"""
import argparse
import os
import resource
import subprocess
import tempfile
import time

import numpy as np
from PIL import Image

IMAGES, EPOCHS, COPIES = 64, 4, 10
# The entry of dp-train, and torchvision's transform. Probabilities are just below 1, since dp-train makes a change that is
# certain only once.
TRANSFORMS = {
    "random-horizontal-flip": ("{probability: 0.999}", "RandomHorizontalFlip(1.0)"),
    "random-vertical-flip": ("{probability: 0.999}", "RandomVerticalFlip(1.0)"),
    "random-rotation": ("{degrees: 20, interpolation: bilinear}", "RandomRotation(20, BILINEAR)"),
    "random-affine": ("{degrees: 20, translate: 0.1, scale: [0.8, 1.2], shear: 5, interpolation: bilinear}",
                      "RandomAffine(20, (0.1, 0.1), (0.8, 1.2), 5, BILINEAR)"),
    "random-perspective": ("{probability: 0.999}", "RandomPerspective(p=1.0)"),
    "color-jitter": ("{brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.1}", "ColorJitter(0.2, 0.2, 0.2, 0.1)"),
    "gaussian-blur": ("{kernelSize: 7}", "GaussianBlur(7)"),
    "random-grayscale": ("{probability: 0.999}", "RandomGrayscale(1.0)"),
    "random-invert": ("{probability: 0.999}", "RandomInvert(1.0)"),
    "random-solarize": ("{threshold: 128, probability: 0.999}", "RandomSolarize(128, 1.0)"),
    "random-posterize": ("{bits: 4, probability: 0.999}", "RandomPosterize(4, 1.0)"),
    "random-adjust-sharpness": ("{sharpnessFactor: 2, probability: 0.999}", "RandomAdjustSharpness(2, 1.0)"),
    "random-autocontrast": ("{probability: 0.999}", "RandomAutocontrast(1.0)"),
    "random-equalize": ("{probability: 0.999}", "RandomEqualize(1.0)"),
    "random-erasing": ("{probability: 0.999}", "RandomErasing(1.0)"),
    "auto-augment": ("{policy: imagenet}", "AutoAugment()"),
    "rand-augment": ("{numOps: 2}", "RandAugment()"),
    "trivial-augment-wide": ("{numMagnitudeBins: 31}", "TrivialAugmentWide()"),
}


def write_images(folder):
    random = np.random.default_rng(1)
    for index in range(IMAGES):
        path = f"{folder}/images/class{index % 2}"
        os.makedirs(path, exist_ok=True)
        coarse = Image.fromarray(random.integers(0, 256, (14, 14, 3), dtype=np.uint8))
        coarse.resize((224, 224), Image.BICUBIC).save(f"{path}/{index}.png")


def processor_time(program, folder, transforms, epochs=EPOCHS):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [program, "train", "bench.yaml", f"data.transforms=[{', '.join(transforms)}]", f"epochs={epochs}",
         "--out", f"{folder}/run-{time.monotonic_ns()}"], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def torchvision_times(expression):
    import torch
    from torchvision import transforms
    torch.set_num_threads(1)
    names = {**vars(transforms), "BILINEAR": transforms.InterpolationMode.BILINEAR}
    transform = eval(expression, names)
    random = np.random.default_rng(1)
    coarse = Image.fromarray(random.integers(0, 256, (14, 14, 3), dtype=np.uint8)).resize((224, 224), Image.BICUBIC)
    tensor = torch.from_numpy(np.asarray(coarse).copy()).permute(2, 0, 1).contiguous()
    found = []
    for kind, image in (("PIL", coarse), ("tensor", tensor)):
        if kind == "PIL" and "Erasing" in expression:
            found.append(None)
            continue
        transform(image)
        start, count = time.process_time(), 0
        while time.process_time() - start < 0.5:
            transform(image)
            count += 1
        found.append((time.process_time() - start) / count * 1000)
    return found


parser = argparse.ArgumentParser()
parser.add_argument("--program", default=".build/release/dp-train")
parser.add_argument("--torchvision", action="store_true")
arguments = parser.parse_args()
program = os.path.abspath(arguments.program)
with tempfile.TemporaryDirectory() as folder:
    write_images(folder)
    with open(f"{folder}/bench.yaml", "w") as file:
        file.write("batch: 32\ndata: {source: image-folder, folder: images}\ncheckpoint: {epochs: 0, minutes: none}\n"
                   "record: {histograms: 0, images: 0}\nevaluate: {every: 0}\n"
                   "model: {layers: [global-average-pool, linear: {outputs: 2}]}\n")
    nothing = min(processor_time(program, folder, []) for _ in range(3))
    print("| transform | dp-train | torchvision, PIL | torchvision, bytes |\n|---|---|---|---|")
    for name, (keys, expression) in TRANSFORMS.items():
        used = min(processor_time(program, folder, [f"{{{name}: {keys}}}"] * COPIES) for _ in range(2))
        row = [name, f"{(used - nothing) / (IMAGES * EPOCHS * COPIES) * 1000:.2f}"]
        if arguments.torchvision:
            row += ["" if value is None else f"{value:.2f}" for value in torchvision_times(expression)]
        print("| " + " | ".join(row) + " |", flush=True)
